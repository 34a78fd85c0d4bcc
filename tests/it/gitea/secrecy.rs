//! A token shows nowhere: not in a log, an error, a page, an argument of a process, or the database.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tracing_subscriber::fmt::MakeWriter;

use super::{
    catalog::{component, new_home},
    repository,
};
use crate::support::{
    TestApp,
    gitea::{Gitea, forge, integration},
};

/// Keeps all that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The arguments of every process but Gitea's own commands, which made the token.
fn process_list() -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir("/proc")
        .expect("a list of processes")
        .flatten()
    {
        let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        all.push_str(&String::from_utf8_lossy(&arguments).replace('\0', " "));
        all.push('\n');
    }
    all
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_token_shows_nowhere() {
    let gitea = Gitea::shared();
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let (_, id, _) = new_home(gitea, "discreet", &[("all.yaml", &component("shop", "a"))]).await;
    let base_url = gitea.url.as_str();
    let basic = {
        let mut basic = gitea.integration_at(base_url);
        basic.credentials[0].kind = callboard::config::CredentialKind::Basic {
            username: "portal".to_owned(),
            password: callboard::config::Secret::new("gitea-pass-word"),
        };
        basic
    };
    let target = format!("{base_url}/discreet/home/src/branch/main/all.yaml");
    let bad = "feedfacefeedfacefeedfacefeedfacefeedface";
    let mut told = String::new();
    let mut dump = Vec::new();
    for configured in [
        gitea.integration_at(base_url),
        basic,
        integration(base_url, Some(bad)),
    ] {
        told.push_str(&format!("{configured:?}"));
        let app = TestApp::builder()
            .integration(configured.clone())
            .url(&target)
            .start()
            .await;
        for path in [
            "/",
            "/catalog",
            "/sources",
            "/sources/files",
            "/sources/register",
            "/catalog/default/component/shop/propose",
            "/catalog/default/component/shop?view=yaml",
        ] {
            told.push_str(app.get(path).await.text());
        }
        told.push_str(
            app.get(&callboard::urls::source_file(&format!("url:{target}")))
                .await
                .text(),
        );
        for path in [
            "/api/catalog/entities",
            "/api/callboard/proposals/draft?entityRef=component:default/shop",
            "/api/callboard/proposals/draft?entityRef=x:y",
        ] {
            told.push_str(app.get(path).await.text());
        }
        told.push_str(&process_list());
        let client = forge(&configured);
        let fault = callboard::forge::GitHost::delete_branch(
            &client,
            &callboard::forge::RepositoryId::new("discreet", "none"),
            "x",
        )
        .await;
        told.push_str(&format!("{fault:?} {client:?}"));
        dump.extend(database(&app));
    }
    repository(&gitea.forge(), "discreet", "another").await;
    let logged = String::from_utf8_lossy(&log.0.lock().expect("no panic")).into_owned();
    assert!(
        logged.contains("git/commits/main"),
        "the calls are logged: {:?}",
        logged
            .lines()
            .filter(|line| line.contains("callboard"))
            .take(20)
            .collect::<Vec<_>>()
    );
    assert!(told.contains("shop") && id.name == "home");
    let encoded =
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, "portal:gitea-pass-word");
    for secret in [gitea.token.as_str(), bad, "gitea-pass-word", &encoded] {
        assert!(!told.contains(secret), "{secret} is shown");
        assert!(!logged.contains(secret), "{secret} is logged");
        let bytes = secret.as_bytes();
        assert!(
            !dump.windows(bytes.len()).any(|window| window == bytes),
            "{secret} is in the database"
        );
    }
}

/// All files of the data folder.
fn database(app: &TestApp) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut folders = vec![app.path("data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                bytes.extend(std::fs::read(entry.path()).unwrap_or_default());
            }
        }
    }
    assert!(!bytes.is_empty(), "there is a database");
    bytes
}
