//! What lets the portal into a host stands in no error, no log and no debug text, even if the host repeats it.

use base64::{Engine, prelude::BASE64_STANDARD};
use callboard::{
    clock::Clock,
    config::{Credential, CredentialKind, Secret},
    entity::ScmHost,
    forge::{GitHost, RepositoryId},
};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, matchers::any};

use crate::support::{
    START,
    hosts::{app, forge, integration, json_of, token},
    log::Log,
};

const TOKEN: &str = "s3cr3t-token-0123456789";

fn basic() -> Credential {
    Credential {
        owners: Vec::new(),
        kind: CredentialKind::Basic {
            username: "portal".to_owned(),
            password: Secret::new(TOKEN),
        },
    }
}

fn client() -> Credential {
    Credential {
        owners: Vec::new(),
        kind: CredentialKind::OAuthClient {
            client_id: "client".to_owned(),
            client_secret: Secret::new(TOKEN),
            tenant_id: None,
        },
    }
}

/// An answer that repeats what the request was let in by, and the password in it.
fn repeating(request: &Request) -> Value {
    let header = request.headers.get("authorization");
    let header = header.map_or("", |header| header.to_str().expect("text"));
    let password = header.strip_prefix("Basic ").map(|pair| {
        let pair = BASE64_STANDARD.decode(pair).expect("Base64");
        String::from_utf8(pair).expect("text")
    });
    json!({ "message": format!("Bad credentials: {header} {}", password.unwrap_or_default()) })
}

/// What the requests were let in by, without the word before it.
async fn sent(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.expect("recorded");
    assert!(!requests.is_empty(), "it was asked");
    let headers = requests.iter().map(|request| {
        let header = request.headers.get("authorization").expect("let in");
        header.to_str().expect("text").to_owned()
    });
    headers
        .filter_map(|header| Some(header.split_once(' ')?.1.to_owned()))
        .collect()
}

#[tokio::test]
async fn no_token_shows_even_if_the_host_repeats_it() {
    let log = Log::keep();
    let cases = [
        (ScmHost::GitHub, token(TOKEN)),
        (ScmHost::GitHub, app(&[])),
        (ScmHost::GitLab, token(TOKEN)),
        (ScmHost::Gitea, token(TOKEN)),
        (ScmHost::Gitea, basic()),
        (ScmHost::BitbucketServer, token(TOKEN)),
        (ScmHost::BitbucketServer, basic()),
        (ScmHost::BitbucketCloud, token(TOKEN)),
        (ScmHost::BitbucketCloud, basic()),
        (ScmHost::BitbucketCloud, client()),
        (ScmHost::AzureRepos, token(TOKEN)),
    ];
    for (product, credential) in cases {
        for status in [400, 401, 403, 404, 409, 422] {
            let server = MockServer::start().await;
            Mock::given(any())
                .respond_with(move |request: &Request| json_of(status, repeating(request)))
                .mount(&server)
                .await;
            let credentials = std::slice::from_ref(&credential);
            let integration = integration(product, &server.uri(), credentials);
            let host = forge(&integration, &Clock::fixed(START));
            let id = RepositoryId::new("acme/web", "shop");
            let asked = host.pull_requests_of(&id, "main").await;
            let fault = asked.expect_err("it refuses everything");
            let sent = sent(&server).await;
            for text in [
                fault.to_string(),
                format!("{fault:?} {host:?} {integration:?}"),
                log.text(),
            ] {
                for secret in [TOKEN, "BEGIN RSA", "app-client-secret", "czNjcjN0LXRva2Vu"] {
                    assert!(!text.contains(secret), "{product:?} {status}: {text}");
                }
                for sent in &sent {
                    assert!(!text.contains(sent), "{product:?} {status}: {text}");
                }
            }
        }
    }
    let seen = log.text().len();
    assert!(seen > 1000, "the log was kept: {seen} bytes");
}
