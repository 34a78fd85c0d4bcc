//! What is said when Gitea cannot be asked.

use callboard::forge::{ForgeErrorKind, GitHost};

use super::repository;
use crate::support::gitea::{Gitea, forge, integration};

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_refusal_names_the_key_to_set() {
    let gitea = Gitea::shared();
    gitea.new_organisation("closed").await;
    let id = repository(&gitea.forge(), "closed", "app").await;
    let bad = "0123456789abcdef0123456789abcdef01234567";
    let fault = forge(&integration(&gitea.url, Some(bad)))
        .repository(&id)
        .await
        .expect_err("no token of it");
    assert_eq!(
        (fault.kind, fault.status),
        (ForgeErrorKind::Unauthorized, Some(401))
    );
    assert!(
        fault.mend.contains("integrations.gitea[0]") && fault.mend.contains("password"),
        "{fault}"
    );
    assert!(
        !format!("{fault} {fault:?}").contains(bad),
        "the token shows"
    );
    let fault = forge(&integration(&gitea.url, None))
        .tree(&id, "main")
        .await
        .expect_err("private");
    assert_eq!(fault.kind, ForgeErrorKind::NotFound);
    let token = gitea.new_user("guest-of-none", &[]);
    let stranger = forge(&integration(&gitea.url, Some(&token)));
    assert_eq!(stranger.repository(&id).await.expect("asked"), None);
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_web_page_is_no_api() {
    let gitea = Gitea::shared();
    let astray = format!("{}/explore", gitea.url);
    let id = callboard::forge::RepositoryId::new("any", "thing");
    let fault = forge(&integration(&astray, None))
        .repository(&id)
        .await
        .expect_err("no API there");
    assert_eq!(fault.kind, ForgeErrorKind::NotTheApi, "{fault}");
    assert!(
        fault.mend.contains("integrations.gitea[0]") && fault.mend.contains("baseUrl"),
        "{fault}"
    );
}
