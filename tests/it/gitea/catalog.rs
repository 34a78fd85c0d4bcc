//! The catalog read from repositories: patterns, what a reconcile asks for, what is said when it cannot.

use callboard::forge::{CommitId, Forge, GitHost, RepositoryId};
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{repository, write};
use crate::support::{
    TestApp,
    gitea::{Gitea, integration},
    recorder::Recorder,
};

pub(super) fn component(name: &str, owner: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\nspec:\n  type: service\n  lifecycle: production\n  owner: {owner}\n"
    )
}

/// A portal that reads an organisation's `home` repository, through a recorder.
pub(super) async fn portal(gitea: &Gitea, owner: &str) -> (TestApp, Recorder) {
    let recorder = Recorder::before(&gitea.url).await;
    let app = TestApp::builder()
        .integration(gitea.integration_at(&recorder.url))
        .url(format!(
            "{}/{owner}/home/src/branch/main/all.yaml",
            recorder.url
        ))
        .start()
        .await;
    (app, recorder)
}

/// A Location that leads to `targets`.
pub(super) fn location(targets: &[String]) -> String {
    let mut text = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: all\nspec:\n  targets:\n".to_owned();
    for target in targets {
        text.extend(["    - ", target, "\n"]);
    }
    text
}

pub(super) async fn new_home(
    gitea: &Gitea,
    owner: &str,
    files: &[(&str, &str)],
) -> (Forge, RepositoryId, CommitId) {
    gitea.new_organisation(owner).await;
    let forge = gitea.forge();
    let id = repository(&forge, owner, "home").await;
    let commit = write(&forge, &id, files).await;
    (forge, id, commit)
}

fn reads(requests: &[String]) -> Vec<&String> {
    requests
        .iter()
        .filter(|request| request.contains("/raw/"))
        .collect()
}

/// Makes repositories with two descriptors each, and one where nobody looks.
async fn fill_fleet(gitea: &Gitea, forge: &Forge, count: usize) {
    let made = stream::iter(0..count).map(|number| async move {
        let id = RepositoryId::new("fleet", format!("service-{number}"));
        let name = json!({ "name": id.name, "default_branch": "main" });
        gitea.api("POST", "orgs/fleet/repos", name).await;
        let text = |name: &str| component(&format!("{name}-{number}"), "a");
        let (one, two, hidden) = (text("api"), text("web"), text("hidden"));
        let files = [
            ("api/catalog-info.yaml", one.as_str()),
            ("apps/web/catalog-info.yaml", &two),
            (".hidden/catalog-info.yaml", &hidden),
        ];
        write(forge, &id, &files).await
    });
    let made: Vec<CommitId> = made.buffer_unordered(2).collect().await;
    assert_eq!(made.len(), count);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn two_hundred_repositories_are_read_by_patterns_and_not_read_again() {
    const COUNT: usize = 200;
    // Its own: making so many keeps it busy.
    let gitea = Gitea::start();
    let (forge, home, _) = new_home(&gitea, "fleet", &[("all.yaml", "# to come\n")]).await;
    fill_fleet(&gitea, &forge, COUNT).await;
    let (app, recorder) = portal(&gitea, "fleet").await;
    recorder.take();
    let targets: Vec<String> = (0..COUNT)
        .map(|number| format!("../../../../service-{number}/src/branch/main/**/catalog-info.yaml"))
        .collect();
    write(&forge, &home, &[("all.yaml", &location(&targets))]).await;

    let began = std::time::Instant::now();
    app.reconcile().await;
    let took = began.elapsed();
    let refs = app.refs();
    let components = refs.iter().filter(|named| named.starts_with("component:"));
    assert_eq!(components.count(), 2 * COUNT);
    let first = recorder.take();
    println!(
        "first reconcile: {took:?}, {} requests, {} of them read a file",
        first.len(),
        reads(&first).len()
    );
    assert_eq!(reads(&first).len(), 2 * COUNT + 1);

    app.reconcile().await;
    let second = recorder.take();
    println!(
        "second reconcile, nothing changed: {} requests, each like {}",
        second.len(),
        second[0]
    );
    assert_eq!(second.len(), COUNT + 1, "where each branch is: {second:?}");
    assert!(
        second
            .iter()
            .all(|request| request.contains("/git/commits/main")),
        "{second:?}"
    );

    let id = RepositoryId::new("fleet", "service-7");
    let web = component("web-7", "b");
    let files = [
        ("README.md", "other words"),
        ("apps/web/catalog-info.yaml", &web),
    ];
    write(&forge, &id, &files).await;
    app.reconcile().await;
    let third = recorder.take();
    println!("third reconcile, one file changed: {:?}", &reads(&third));
    assert_eq!(reads(&third).len(), 1, "{third:?}");
    assert_eq!(
        app.entity("component:default/web-7").expect("there")["spec"]["owner"],
        "b"
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn relative_targets_and_placeholders_are_read_from_the_same_commit() {
    let gitea = Gitea::shared();
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n  name: orders\nspec:\n  type: openapi\n  lifecycle: production\n  owner: a\n  definition:\n    $text: ../specs/orders.yaml\n";
    let stranger = api.replace("orders\n", "strange\n").replace(
        "../specs/orders.yaml",
        "../../../../../other/src/branch/main/README.md",
    );
    let all = location(&["./apis/*.yaml".to_owned()]);
    let files = [
        ("all.yaml", all.as_str()),
        ("apis/orders.yaml", api),
        ("apis/strange.yaml", &stranger),
        ("specs/orders.yaml", "openapi: 3.0.0\n"),
    ];
    let (forge, id, commit) = new_home(gitea, "includers", &files).await;
    repository(&forge, "includers", "other").await;
    let (app, recorder) = portal(gitea, "includers").await;
    assert_eq!(
        app.entity("api:default/orders").expect("there")["spec"]["definition"],
        "openapi: 3.0.0\n"
    );
    assert!(
        app.entity("api:default/strange").is_none(),
        "it includes a file of another repository"
    );
    let file = format!(
        "url:{}/includers/home/src/branch/main/apis/strange.yaml",
        recorder.url
    );
    let page = app.get(&callboard::urls::source_file(&file)).await;
    assert!(
        page.text().contains("another repository") || page.text().contains("same repository"),
        "{}",
        page.text()
    );
    assert!(
        page.text()
            .contains(&format!("/includers/home/commit/{commit}")),
        "the commit is shown"
    );
    recorder.take();

    app.reconcile().await;
    assert_eq!(recorder.take().len(), 1, "the branch stands where it stood");
    write(&forge, &id, &[("specs/orders.yaml", "openapi: 3.1.0\n")]).await;
    app.reconcile().await;
    assert_eq!(
        app.entity("api:default/orders").expect("there")["spec"]["definition"],
        "openapi: 3.1.0\n"
    );
    let page = app.get(&callboard::urls::source_file(&file)).await;
    assert!(
        !page.text().contains(commit.as_str()),
        "the commit it is known as good at is the new one"
    );

    let annotations = &app.entity("api:default/orders").expect("there")["metadata"]["annotations"];
    let at = format!("{}/includers/home", recorder.url);
    assert_eq!(
        annotations["backstage.io/view-url"],
        format!("{at}/src/branch/main/apis/orders.yaml")
    );
    assert_eq!(
        annotations["backstage.io/edit-url"],
        format!("{at}/_edit/main/apis/orders.yaml")
    );
    assert_eq!(
        annotations["backstage.io/source-location"],
        format!("url:{at}/src/branch/main/apis/")
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_file_that_goes_and_a_pattern_that_finds_more_are_followed() {
    let gitea = Gitea::shared();
    let all = location(&["./{a,b}/*.yaml".to_owned()]);
    let files = [
        ("all.yaml", all.as_str()),
        ("a/one.yaml", &component("one", "x")),
    ];
    let (forge, id, _) = new_home(gitea, "movers", &files).await;
    let (app, _recorder) = portal(gitea, "movers").await;
    assert!(app.entity("component:default/one").is_some());
    let change = super::commit(
        "Move",
        vec![
            callboard::forge::FileChange {
                path: "a/one.yaml".to_owned(),
                written: callboard::forge::Written::Delete,
            },
            super::file("b/two.yaml", &component("two", "x")),
        ],
    );
    forge.commit_files(&id, &change).await.expect("committed");
    app.reconcile().await;
    assert!(app.entity("component:default/two").is_some());
    assert!(app.entity("component:default/one").is_none());
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn what_cannot_be_read_names_the_key_to_set() {
    let gitea = Gitea::shared();
    let (_, _, _) = new_home(gitea, "hidden", &[("all.yaml", &component("x", "y"))]).await;
    let bad = "0123456789abcdef0123456789abcdef01234567";
    let astray = format!("{}/explore", gitea.url);
    let cases = [
        (
            integration(&gitea.url, Some(bad)),
            "/hidden/home/src/branch/main/all.yaml",
            ["401", "integrations.gitea[0]", "password"],
        ),
        (
            integration(&gitea.url, None),
            "/hidden/home/src/branch/main/all.yaml",
            ["hidden/home", "right to read it", "main"],
        ),
        (
            integration(&gitea.url, Some(&gitea.token)),
            "/hidden/home/src/branch/main/none.yaml",
            ["none.yaml", "hidden/home", "presence"],
        ),
        (
            integration(&gitea.url, Some(&gitea.token)),
            "/hidden/home/src/branch/nothing/all.yaml",
            ["nothing", "%2F", "branch"],
        ),
        (
            integration(&gitea.url, Some(&gitea.token)),
            "/hidden/home/src/branch/main/*.json",
            ["address", "presence", "No file"],
        ),
        (
            integration(&gitea.url, Some(&gitea.token)),
            "/hidden/home/issues",
            ["integrations.gitea[0]", "browser", "address"],
        ),
        (
            integration(&astray, None),
            "/hidden/home/src/branch/main/all.yaml",
            ["page", "baseUrl", "integrations.gitea[0]"],
        ),
    ];
    for (integration, path, expected) in cases {
        let target = format!(
            "{}{path}",
            integration.base_url.as_str().trim_end_matches('/')
        );
        let app = TestApp::builder()
            .integration(integration)
            .url(&target)
            .start()
            .await;
        let found = app.get("/sources/files").await;
        let page = app
            .get(&callboard::urls::source_file(&format!("url:{target}")))
            .await;
        let roots = app
            .get("/api/catalog/entities?filter=kind=location")
            .await
            .json();
        let name = roots[0]["metadata"]["name"].as_str().expect("the root");
        let root = app.get(&format!("/catalog/default/location/{name}")).await;
        for answer in [&found, &root] {
            assert_eq!(answer.status, 200, "{path}");
        }
        let told = format!("{}{}{}", found.text(), page.text(), root.text());
        for word in expected {
            assert!(told.contains(word), "{path}: “{word}” is not in {told}");
        }
        assert!(!told.contains(bad), "the token shows");
    }
}
