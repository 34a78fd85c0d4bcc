//! What a form offers from a real Gitea.

use callboard::forge::{ChoicesOf, GitHost};

use super::{repository, write};
use crate::{
    create::{asking, look},
    support::{gitea::Gitea, runs::portal},
};

const REPOSITORY: &str = "    - properties:\n        repoUrl: {type: string, ui:field: RepoUrlPicker}\n        branch: {type: string, ui:field: RepoBranchPicker}\n";

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn owners_repositories_and_branches_are_those_the_token_sees() {
    let gitea = Gitea::shared();
    gitea.new_organisation("pickers").await;
    let forge = gitea.forge();
    let id = repository(&forge, "pickers", "shop").await;
    repository(&forge, "pickers", "tickets").await;
    write(&forge, &id, &[("a.txt", "a\n")]).await;
    forge
        .create_branch(&id, "feature/x", "main")
        .await
        .expect("made");
    let owners = forge.choices(&ChoicesOf::Accounts).await.expect("listed");
    let owners: Vec<String> = owners.into_iter().map(|one| one.name).collect();
    assert!(owners.contains(&"pickers".to_owned()), "{owners:?}");

    let integration = gitea.integration_at(&gitea.url);
    let host = integration.host.clone();
    let app = portal(&asking(REPOSITORY))
        .integration(integration)
        .start()
        .await;
    for (id, repo, offered) in [
        ("fowner_3a--repoUrl", "", vec!["pickers"]),
        ("frepo_3a--repoUrl", "", vec!["shop", "tickets"]),
        ("frepo_3a--repoUrl", "tick", vec!["tickets"]),
        ("f--branch", "shop", vec!["feature/x", "main"]),
    ] {
        let sent = [
            ("page", "0"),
            ("offers", id),
            ("host:/repoUrl", host.as_str()),
            ("owner:/repoUrl", "pickers"),
            ("repo:/repoUrl", repo),
        ];
        let target = format!("{id}-offers");
        let found = look(&app, "/create/default/asking/look", &target, &sent).await;
        let options = found.text().split("<option value=\"").skip(1);
        let options: Vec<&str> = options.filter_map(|one| one.split('"').next()).collect();
        assert_eq!(options, offered, "{id}: {}", found.text());
    }
}
