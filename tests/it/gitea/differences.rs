//! What a pull request of a run changes in a real Gitea, seen on the page of the run.

use serde_json::json;

use super::{repository, write};
use crate::support::{
    gitea::Gitea,
    runs::{ended, portal, said, start, template},
};

const STEPS: &str = "    - id: fetch
      action: fetch:plain
      input: {url: ./files}
    - id: propose
      action: publish:gitea:pull-request
      input:
        repoUrl: ${{ parameters.host }}?owner=differences&repo=shop
        branchName: more
        title: More
        description: More of it
";

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_pull_request_shows_the_lines_it_changes() {
    let gitea = Gitea::shared();
    gitea.new_organisation("differences").await;
    let forge = gitea.forge();
    let id = repository(&forge, "differences", "shop").await;
    write(
        &forge,
        &id,
        &[("deploy.yaml", "replicas: 1\nimage: shop\n")],
    )
    .await;
    let integration = gitea.integration_at(&gitea.url);
    let host = integration.host.clone();
    let app = portal(&template("made", STEPS))
        .integration(integration)
        .file("files/deploy.yaml", "replicas: 3\nimage: shop\n")
        .file("files/new.txt", "new\n")
        .start()
        .await;
    let run = start(&app, "made", json!({ "host": host })).await;
    let status = ended(&app, &run).await;
    assert_eq!(status, "completed", "{:#?}", said(&app, &run).await);
    // Whatever becomes of the branch.
    write(&forge, &id, &[("deploy.yaml", "replicas: 9\n")]).await;
    let page = app.get(&format!("/runs/{run}/files")).await;
    for expected in [
        "Removed: </span>replicas: <del>1</del>",
        "Added: </span>replicas: <ins>3</ins>",
        "image: shop",
        "added</span>",
    ] {
        assert!(
            page.text().contains(expected),
            "{expected}: {}",
            page.text()
        );
    }
}
