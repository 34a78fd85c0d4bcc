//! Files that nobody should have written: each gets a clear finding, and its neighbour is served.

use std::{fmt::Write, fs::File};

use crate::support::TestApp;

const GOOD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: good\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";

/// What the file's page would say: the fault of the file, or of its first faulty document.
async fn finding(app: &TestApp, name: &str) -> Option<String> {
    let file = callboard::store::file(&app.state().store, &app.location_ref(name))
        .await
        .expect("the file is read")
        .expect("the file is known");
    let documents = file
        .documents
        .iter()
        .flat_map(|document| &document.diagnostics);
    let found = file.error.iter().chain(documents).next()?;
    assert!(
        !found.reason.is_empty() && !found.mend.is_empty(),
        "{name}: why, and what to do: {found:?}"
    );
    Some(found.reason.clone())
}

async fn beside(name: &str, bytes: &[u8]) -> TestApp {
    TestApp::builder()
        .file("good.yaml", GOOD)
        .file(name, bytes)
        .location(name)
        .location("good.yaml")
        .start()
        .await
}

fn bomb() -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let below = format!("*a{}", level - 1);
        let copies = [below.as_str(); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{copies}]").expect("text grows");
    }
    text
}

#[tokio::test]
async fn hostile_files_are_refused_with_a_finding() {
    let nested = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep = format!("a: {}", "{a: ".repeat(5_000));
    let files: [(&str, Vec<u8>); 6] = [
        ("bomb.yaml", bomb().into_bytes()),
        ("nested.yaml", nested.into_bytes()),
        ("deep.yaml", deep.into_bytes()),
        ("binary.yaml", (0..=255_u8).cycle().take(70_000).collect()),
        (
            "latin1.yaml",
            b"kind: Component\nmetadata:\n  name: caf\xe9\n".to_vec(),
        ),
        ("scalar.yaml", b"just a sentence\n".to_vec()),
    ];
    for (name, bytes) in files {
        let app = beside(name, &bytes).await;
        assert!(finding(&app, name).await.is_some(), "{name} has a finding");
        assert_eq!(app.refs(), ["component:default/good"], "beside {name}");
    }
}

#[tokio::test]
async fn an_empty_file_is_no_fault() {
    for text in ["", "\n\n", "# nothing yet\n", "---\n---\n", "null\n"] {
        let app = beside("empty.yaml", text.as_bytes()).await;
        assert_eq!(finding(&app, "empty.yaml").await, None, "{text:?}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_and_windows_line_ends_are_understood() {
    let named = GOOD.replace("good", "other");
    for text in [
        format!("\u{feff}{named}"),
        named.replace('\n', "\r\n"),
        format!("\u{feff}---\r\n{}", named.replace('\n', "\r\n")),
    ] {
        let app = beside("other.yaml", text.as_bytes()).await;
        assert_eq!(finding(&app, "other.yaml").await, None, "{text:?}");
        assert_eq!(
            app.refs(),
            ["component:default/good", "component:default/other"]
        );
    }
}

#[tokio::test]
async fn a_file_of_a_gigabyte_is_not_read() {
    let builder = TestApp::builder()
        .file("good.yaml", GOOD)
        .file("huge.yaml", "")
        .location("huge.yaml")
        .location("good.yaml");
    let huge = builder.path("huge.yaml");
    File::options()
        .write(true)
        .open(huge)
        .and_then(|file| file.set_len(1 << 30))
        .expect("a sparse file");
    let app = builder.start().await;
    let found = finding(&app, "huge.yaml").await.expect("a finding");
    assert!(found.contains("10 MiB"), "{found}");
    assert_eq!(app.refs(), ["component:default/good"]);
}

#[tokio::test]
async fn a_folder_and_a_missing_file_say_what_they_are() {
    let app = TestApp::builder()
        .file("good.yaml", GOOD)
        .file("folder/inside.txt", "")
        .location("folder")
        .location("nowhere.yaml")
        .location("good.yaml")
        .start()
        .await;
    let folder = finding(&app, "folder").await.expect("a finding");
    assert!(
        folder.contains("folder") || folder.contains("directory"),
        "{folder}"
    );
    assert!(finding(&app, "nowhere.yaml").await.is_some());
    assert_eq!(app.refs(), ["component:default/good"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_outside_the_roots_is_not_read() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let secret = elsewhere.path().join("secret.yaml");
    std::fs::write(&secret, GOOD.replace("good", "secret")).expect("written");
    let builder = TestApp::builder()
        .file("good.yaml", GOOD)
        .location("link.yaml")
        .location("good.yaml");
    std::os::unix::fs::symlink(&secret, builder.path("link.yaml")).expect("linked");
    let app = builder.start().await;
    assert!(finding(&app, "link.yaml").await.is_some());
    assert_eq!(app.refs(), ["component:default/good"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_does_not_hang_the_reader() {
    let builder = TestApp::builder()
        .file("good.yaml", GOOD)
        .location("pipe.yaml")
        .location("good.yaml");
    let made = std::process::Command::new("mkfifo")
        .arg(builder.path("pipe.yaml"))
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a pipe is made");
    let app = builder.start().await;
    assert!(finding(&app, "pipe.yaml").await.is_some());
    assert_eq!(app.refs(), ["component:default/good"]);
}
