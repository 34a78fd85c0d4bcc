//! The files of a run as its page shows them: what changed in each, line by line.

use callboard::entity::ScmHost;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    fake_host::FakeHost,
    hosts::{integration, token},
    runs::{ended, portal, said, start, start_with, template},
};

const SHA: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const AT: &str = "/projects/acme%2Fshop";
const FETCH: &str =
    "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n";
const PUSH: &str = "    - id: push\n      action: gitlab:repo:push\n      input: {repoUrl: '${{ parameters.host }}?owner=acme&repo=shop', branchName: main, commitMessage: Change, commitAction: auto}\n";

/// The page, without the tags that mark words.
async fn files(app: &TestApp, run: &str, query: &str) -> String {
    let page = app.get(&format!("/runs/{run}/files{query}")).await;
    let mut text = page.text().to_owned();
    for tag in ["<del>", "</del>", "<ins>", "</ins>"] {
        text = text.replace(tag, "");
    }
    text
}

/// The part of the page about one file.
fn of<'h>(html: &'h str, path: &str) -> &'h str {
    let part = html
        .split("<li")
        .find(|part| part.contains(&format!("<code>{path}</code>")));
    part.unwrap_or_else(|| panic!("no {path}: {html}"))
}

fn shows(part: &str, all: &[&str]) {
    for expected in all {
        assert!(part.contains(expected), "{expected}: {part}");
    }
}

async fn run(app: &TestApp, values: Value, secrets: Value) -> String {
    let id = start_with(app, "made", values, secrets).await;
    let status = ended(app, &id).await;
    assert_eq!(status, "completed", "{:#?}", said(app, &id).await);
    id
}

/// A project with a file, on a GitLab that lets it be pushed to.
async fn gitlab() -> FakeHost {
    let file = |path: &str| json!({"id": "b0", "type": "blob", "path": path, "mode": "100644"});
    FakeHost::start()
        .await
        .with("/user", json!({"id": 1, "username": "callboard", "is_admin": true}))
        .with(AT, json!({"id": 42, "path": "shop", "namespace": {"full_path": "acme"}, "web_url": "https://gitlab.example.com/acme/shop", "http_url_to_repo": "https://gitlab.example.com/acme/shop.git", "default_branch": "main", "visibility": "private"}))
        .with(&format!("{AT}/repository/branches/main"), json!({"name": "main", "commit": {"id": SHA}}))
        .with(&format!("{AT}/repository/tree"), json!([file("README.md"), file("lost.md")]))
        // What a real one sends as it is stands in quotes here.
        .with(&format!("{AT}/repository/files/README.md/raw"), json!("An old shop"))
}

async fn pushing(host: &FakeHost) -> (TestApp, Value) {
    let integration = integration(ScmHost::GitLab, &host.url, &[token("a-token")]);
    let app = portal(&template("made", &format!("{FETCH}{PUSH}")))
        .integration(integration)
        .file("files/README.md", "A new shop\n")
        .file("files/lost.md", "found\n")
        .file("files/more.md", "more\n")
        .start()
        .await;
    let values = json!({"host": host.url.trim_start_matches("http://")});
    (app, values)
}

#[tokio::test]
async fn a_commit_is_compared_with_what_the_repository_had() {
    let host = gitlab().await;
    let (app, values) = pushing(&host).await;
    let id = run(&app, values, json!({})).await;
    let html = files(&app, &id, "").await;
    shows(
        of(&html, "README.md"),
        &[
            "changed</span>",
            "+1</span>",
            "−1</span>",
            "aria-label=\"Differences of README.md\"",
            "Removed: </span>&#34;An old shop&#34;",
            "Added: </span>A new shop",
        ],
    );
    shows(of(&html, "more.md"), &["added</span>", "more"]);
    assert!(!of(&html, "more.md").contains("Differences"));
    // The host did not say what was in it.
    shows(
        of(&html, "lost.md"),
        &["changed</span>", "What it was before is not kept", "found"],
    );
    let one = files(&app, &id, "?path=README.md").await;
    shows(&one, &["<details open>", "Added: </span>A new shop"]);
}

#[tokio::test]
async fn what_a_run_with_secrets_changed_is_not_shown() {
    let host = gitlab().await;
    let (app, values) = pushing(&host).await;
    let id = run(&app, values, json!({"word": "hunter2-is-no-password"})).await;
    let html = files(&app, &id, "").await;
    shows(of(&html, "README.md"), &["The run carried secrets"]);
    assert!(
        !html.contains("An old shop") && !html.contains("A new shop"),
        "{html}"
    );
}

#[tokio::test]
async fn a_folder_is_compared_with_what_was_fetched() {
    let steps = format!(
        "{FETCH}    - id: append\n      action: roadiehq:utils:fs:append\n      input: {{path: notes.md, content: 'the last line'}}\n    - id: delete\n      action: fs:delete\n      input: {{files: [old.md]}}\n    - id: write\n      action: roadiehq:utils:fs:write\n      input: {{path: new.md, content: 'all new'}}\n"
    );
    let long = "x".repeat(600 * 1024);
    let app = portal(&template("made", &steps))
        .file("files/notes.md", "first\nsecond\n")
        .file("files/old.md", "gone soon\n")
        .file("files/same.md", "same\n")
        .file("files/large.txt", &long)
        .file("files/picture.bin", [0, 1, 2])
        .start()
        .await;
    let id = start(&app, "made", json!({})).await;
    assert_eq!(
        ended(&app, &id).await,
        "completed",
        "{:#?}",
        said(&app, &id).await
    );
    let html = files(&app, &id, "").await;
    shows(&html, &["In the run’s folder", "6 files"]);
    shows(
        of(&html, "notes.md"),
        &[
            "changed</span>",
            "+1</span>",
            "−0</span>",
            "Added: </span>the last line",
        ],
    );
    shows(
        of(&html, "old.md"),
        &["deleted</span>", "Removed: </span>gone soon"],
    );
    shows(of(&html, "new.md"), &["added</span>", "all new"]);
    shows(
        of(&html, "large.txt"),
        &["It is too large to be shown here."],
    );
    shows(of(&html, "picture.bin"), &["It is no text."]);
}
