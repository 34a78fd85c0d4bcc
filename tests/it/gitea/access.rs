//! Rights, protection, secrets, variables, webhooks and statuses.

use std::collections::BTreeSet;

use callboard::{
    config::Secret,
    forge::{
        Access, Collaborator, CommitStatus, ForgeErrorKind, GitHost, Grantee, NewWebhook,
        Protection, StatusState, Variable,
    },
};
use serde_json::json;

use super::{commit, file, repository};
use crate::support::gitea::{Gitea, PORTAL, forge, integration};

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_token_tells_whose_it_is_and_where_it_may_make_repositories() {
    let gitea = Gitea::shared();
    gitea.new_organisation("gatekeepers").await;
    let user = gitea
        .forge()
        .current_user()
        .await
        .expect("asked")
        .expect("somebody");
    assert_eq!((user.login.as_str(), user.is_admin), (PORTAL, true));
    assert!(
        gitea
            .forge()
            .can_create_in("gatekeepers")
            .await
            .expect("asked")
    );
    let token = gitea.new_user("passer-by", &[]);
    let stranger = forge(&integration(&gitea.url, Some(&token)));
    assert!(!stranger.can_create_in("gatekeepers").await.expect("asked"));
    assert!(stranger.can_create_in("passer-by").await.expect("asked"));
    assert!(
        !stranger
            .can_create_in("nobody-at-all")
            .await
            .expect("asked")
    );
    let nobody = forge(&integration(&gitea.url, None));
    assert_eq!(nobody.current_user().await.expect("asked"), None);
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn rights_are_given_and_taken() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("owners").await;
    gitea.new_user("ben", &[]);
    let team = json!({"name": "crew", "permission": "write", "units": ["repo.code", "repo.pulls"]});
    gitea.api("POST", "orgs/owners/teams", team).await;
    let id = repository(&forge, "owners", "app").await;
    let (ben, crew) = (
        Grantee::User("ben".to_owned()),
        Grantee::Team("crew".to_owned()),
    );
    forge
        .set_access(&id, &ben, Access::Read)
        .await
        .expect("given");
    forge
        .set_access(&id, &ben, Access::Admin)
        .await
        .expect("given more");
    forge
        .set_access(&id, &crew, Access::Write)
        .await
        .expect("given");
    let with = |grantee: &Grantee, access| Collaborator {
        grantee: grantee.clone(),
        access,
    };
    let found = forge.collaborators(&id).await.expect("listed");
    assert!(found.contains(&with(&ben, Access::Admin)), "{found:?}");
    assert!(found.contains(&with(&crew, Access::Write)), "{found:?}");
    let more = forge
        .set_access(&id, &crew, Access::Admin)
        .await
        .expect_err("the team has less");
    assert_eq!(more.kind, ForgeErrorKind::Invalid);
    assert!(
        more.reason.contains("crew") && more.reason.contains("write"),
        "{more}"
    );
    for grantee in [&ben, &crew, &ben, &crew] {
        forge
            .remove_access(&id, grantee)
            .await
            .expect("taken, or gone already");
    }
    let left = forge.collaborators(&id).await.expect("listed");
    assert!(
        !left
            .iter()
            .any(|one| one.grantee == ben || one.grantee == crew),
        "{left:?}"
    );
    let nobody = Grantee::User("nobody-at-all".to_owned());
    let fault = forge.set_access(&id, &nobody, Access::Read).await;
    let fault = fault.expect_err("no such user");
    assert_eq!(fault.kind, ForgeErrorKind::Invalid);
    assert!(fault.reason.contains("user does not exist"), "{fault}");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_protected_branch_takes_no_commit() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("guards").await;
    let id = repository(&forge, "guards", "app").await;
    assert_eq!(forge.protection(&id, "main").await.expect("asked"), None);
    let rules = Protection {
        branch: "main".to_owned(),
        required_approvals: 2,
        dismiss_stale_approvals: true,
        required_checks: vec!["ci/build".to_owned()],
        require_up_to_date: true,
        enforce_admins: true,
        ..Protection::default()
    };
    let set = forge.protect_branch(&id, &rules).await.expect("protected");
    assert_eq!(set, rules);
    assert!(
        forge
            .branch(&id, "main")
            .await
            .expect("asked")
            .expect("there")
            .is_protected
    );
    let refused = forge
        .commit_files(&id, &commit("Past the rules", vec![file("a", "1")]))
        .await;
    let refused = refused.expect_err("the rules hold");
    assert_eq!(refused.kind, ForgeErrorKind::Forbidden, "{refused}");
    let looser = Protection {
        required_approvals: 0,
        may_push: vec![Grantee::User(PORTAL.to_owned())],
        ..rules
    };
    let set = forge.protect_branch(&id, &looser).await.expect("changed");
    assert_eq!(set, looser);
    forge
        .commit_files(&id, &commit("By the rules", vec![file("a", "1")]))
        .await
        .expect("allowed");
    forge.unprotect_branch(&id, "main").await.expect("free");
    forge
        .unprotect_branch(&id, "main")
        .await
        .expect("free already");
    assert_eq!(forge.protection(&id, "main").await.expect("asked"), None);
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn lists_longer_than_a_page_are_read_to_their_end() {
    const COUNT: usize = 51;
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("hoarders").await;
    let id = repository(&forge, "hoarders", "app").await;
    for number in 0..COUNT {
        let name = format!("N{number:02}");
        let secret = Secret::new("value");
        forge.set_secret(&id, &name, &secret).await.expect("set");
        let webhook = NewWebhook {
            url: format!("http://127.0.0.1:9/{name}"),
            secret: None,
            events: vec!["push".to_owned()],
            active: false,
        };
        forge.create_webhook(&id, &webhook).await.expect("made");
        let variable = Variable {
            name,
            value: "value".to_owned(),
        };
        forge.set_variable(&id, &variable).await.expect("set");
    }
    let distinct = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>().len();
    let secrets = forge.secrets(&id).await.expect("listed");
    assert_eq!((secrets.len(), distinct(secrets)), (COUNT, COUNT));
    let variables = forge.variables(&id).await.expect("listed").into_iter();
    let variables: Vec<_> = variables.map(|variable| variable.name).collect();
    assert_eq!((variables.len(), distinct(variables)), (COUNT, COUNT));
    let webhooks = forge.webhooks(&id).await.expect("listed").into_iter();
    let webhooks: Vec<_> = webhooks.map(|webhook| webhook.url).collect();
    assert_eq!((webhooks.len(), distinct(webhooks)), (COUNT, COUNT));
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn secrets_and_variables_are_set_listed_and_removed() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("keepers").await;
    let id = repository(&forge, "keepers", "app").await;
    for value in ["first", "second"] {
        forge
            .set_secret(&id, "DEPLOY_KEY", &Secret::new(value))
            .await
            .expect("set");
    }
    assert_eq!(forge.secrets(&id).await.expect("listed"), ["DEPLOY_KEY"]);
    forge
        .delete_secret(&id, "DEPLOY_KEY")
        .await
        .expect("removed");
    forge
        .delete_secret(&id, "DEPLOY_KEY")
        .await
        .expect("gone already");
    assert!(forge.secrets(&id).await.expect("listed").is_empty());
    let refused = forge
        .set_secret(&id, "no good name", &Secret::new("s3cret-value"))
        .await;
    let refused = refused.expect_err("no name of a secret");
    assert_eq!(refused.kind, ForgeErrorKind::Invalid, "{refused}");
    assert!(!refused.to_string().contains("s3cret-value"));

    let variable = |value: &str| Variable {
        name: "REGION".to_owned(),
        value: value.to_owned(),
    };
    for value in ["eu", "us"] {
        forge
            .set_variable(&id, &variable(value))
            .await
            .expect("set");
        assert_eq!(
            forge.variables(&id).await.expect("listed"),
            [variable(value)]
        );
    }
    forge.delete_variable(&id, "REGION").await.expect("removed");
    forge
        .delete_variable(&id, "REGION")
        .await
        .expect("gone already");
    assert!(forge.variables(&id).await.expect("listed").is_empty());
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn webhooks_and_statuses_are_made_and_listed() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("heralds").await;
    let id = repository(&forge, "heralds", "app").await;
    let new = NewWebhook {
        url: "http://127.0.0.1:9/hook".to_owned(),
        secret: Some(Secret::new("hook-s3cret")),
        events: vec!["push".to_owned(), "pull_request".to_owned()],
        active: true,
    };
    let made = forge.create_webhook(&id, &new).await.expect("made");
    assert_eq!(
        (made.url.as_str(), made.is_active),
        ("http://127.0.0.1:9/hook", true)
    );
    let found = forge.webhooks(&id).await.expect("listed");
    assert_eq!(
        found
            .iter()
            .map(|hook| hook.id.as_str())
            .collect::<Vec<_>>(),
        [made.id.as_str()]
    );
    assert!(!format!("{found:?}").contains("hook-s3cret"));
    forge.delete_webhook(&id, &made.id).await.expect("removed");
    forge
        .delete_webhook(&id, &made.id)
        .await
        .expect("gone already");
    assert!(forge.webhooks(&id).await.expect("listed").is_empty());

    let head = forge
        .branch(&id, "main")
        .await
        .expect("asked")
        .expect("there")
        .commit;
    let status = |state| CommitStatus {
        state,
        context: "callboard/catalog".to_owned(),
        description: "Two entities change".to_owned(),
        target_url: Some("https://portal.example.com/x".to_owned()),
    };
    for state in [
        StatusState::Pending,
        StatusState::Failure,
        StatusState::Success,
    ] {
        forge
            .set_commit_status(&id, &head, &status(state))
            .await
            .expect("said");
        assert_eq!(
            forge.commit_statuses(&id, &head).await.expect("listed"),
            [status(state)]
        );
    }
}
