//! A token shows nowhere: not in a log, an error, a page, an argument of a process, or the database.

use callboard::{
    config::{CredentialKind, Integration, Secret},
    forge::{GitHost, RepositoryId},
};

use super::{
    catalog::{component, new_home},
    repository,
};
use crate::support::{
    TestApp,
    gitea::{Gitea, forge, integration},
    log::Log,
};

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

/// What pages and the API say.
async fn shown(app: &TestApp, target: &str) -> String {
    let file = callboard::urls::source_file(&format!("url:{target}"));
    let paths = [
        "/",
        "/catalog",
        "/sources",
        "/sources/files",
        "/sources/register",
        "/catalog/default/component/shop/propose",
        "/catalog/default/component/shop?view=yaml",
        "/api/catalog/entities",
        "/api/callboard/proposals/draft?entityRef=component:default/shop",
        "/api/callboard/proposals/draft?entityRef=x:y",
        &file,
    ];
    let mut told = String::new();
    for path in paths {
        told.push_str(app.get(path).await.text());
    }
    told
}

/// What an error says, and the client itself.
async fn failed(configured: &Integration) -> String {
    let client = forge(configured);
    let nothing = RepositoryId::new("discreet", "none");
    let fault = client.delete_branch(&nothing, "x").await;
    format!("{configured:?} {client:?} {fault:?}")
}

/// The portal's user, who signs in by name.
fn by_password(gitea: &Gitea) -> Integration {
    let mut configured = gitea.integration_at(&gitea.url);
    configured.credentials[0].kind = CredentialKind::Basic {
        username: "portal".to_owned(),
        password: Secret::new("gitea-pass-word"),
    };
    configured
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_token_shows_nowhere() {
    let gitea = Gitea::shared();
    let log = Log::keep();
    let (_, id, _) = new_home(gitea, "discreet", &[("all.yaml", &component("shop", "a"))]).await;
    let base_url = gitea.url.as_str();
    let target = format!("{base_url}/discreet/home/src/branch/main/all.yaml");
    let bad = "feedfacefeedfacefeedfacefeedfacefeedface";
    let mut told = String::new();
    let mut dump = Vec::new();
    for configured in [
        gitea.integration_at(base_url),
        by_password(gitea),
        integration(base_url, Some(bad)),
    ] {
        let app = TestApp::builder()
            .integration(configured.clone())
            .url(&target)
            .start()
            .await;
        told.extend([
            shown(&app, &target).await,
            process_list(),
            failed(&configured).await,
        ]);
        dump.extend(database(&app));
    }
    repository(&gitea.forge(), "discreet", "another").await;
    let logged = log.text();
    assert!(logged.contains("git/commits/main"), "the calls are logged");
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
