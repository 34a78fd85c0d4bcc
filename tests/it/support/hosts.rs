//! Git hosts as a test configures them: any product, at the address of a server that stands in for it.

use callboard::{
    clock::Clock,
    config::{Credential, CredentialKind, GitHubApp, Integration, RetryPolicy, Secret},
    entity::ScmHost,
    forge::{Forge, Forges},
};
use serde_json::Value;
use url::Url;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

/// The private key of the app in tests; it opens nothing.
pub(crate) const APP_KEY: &str = include_str!("../../data/app-key.pem");

/// A host at an address, which is also where its API is.
pub(crate) fn integration(product: ScmHost, url: &str, credentials: &[Credential]) -> Integration {
    let url = Url::parse(url).expect("an address");
    Integration {
        key: "integrations.example[0]".to_owned(),
        host: callboard::forge::authority(&url),
        product,
        base_url: url.clone(),
        api_base_url: url,
        raw_base_url: None,
        clone_base_url: None,
        credentials: credentials.to_vec(),
        retry: RetryPolicy::default(),
        commit_signing_key: None,
        disable_edit_url: false,
    }
}

/// The client of an integration, with a clock of the test.
pub(crate) fn forge(integration: &Integration, clock: &Clock) -> Forge {
    let forges = Forges::new(std::slice::from_ref(integration), clock);
    forges.host(&integration.host).expect("the host is there")
}

/// A token for every owner.
pub(crate) fn token(token: &str) -> Credential {
    Credential {
        owners: Vec::new(),
        kind: CredentialKind::Token(Secret::new(token)),
    }
}

/// An app of GitHub, for these owners.
pub(crate) fn app(owners: &[&str]) -> Credential {
    Credential {
        owners: owners.iter().map(|owner| (*owner).to_owned()).collect(),
        kind: CredentialKind::GitHubApp(Box::new(GitHubApp {
            app_id: "17".to_owned(),
            client_id: "Iv1.17".to_owned(),
            client_secret: Secret::new("app-client-secret"),
            private_key: Secret::new(APP_KEY),
            webhook_secret: None,
            public_access: false,
        })),
    }
}

/// Answers a call so, as often as it is made.
pub(crate) async fn answer(server: &MockServer, verb: &str, place: &str, answer: ResponseTemplate) {
    Mock::given(method(verb))
        .and(path(place))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// An answer in JSON.
pub(crate) fn json_of(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// The calls that were made, in their order: `GET /user`.
pub(crate) async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.expect("recorded");
    let told = |request: &Request| format!("{} {}", request.method, request.url.path());
    requests.iter().map(told).collect()
}

/// The body of the last call of this kind to a place.
pub(crate) async fn body_of(server: &MockServer, verb: &str, place: &str) -> Value {
    let requests = server.received_requests().await.expect("recorded");
    let mut of_place = requests
        .iter()
        .filter(|request| request.method.as_str() == verb && request.url.path() == place);
    let last = of_place.next_back();
    let last = last.unwrap_or_else(|| panic!("no {verb} {place}: {:?}", paths(&requests)));
    serde_json::from_slice(&last.body)
        .unwrap_or_else(|_| String::from_utf8_lossy(&last.body).into_owned().into())
}

fn paths(requests: &[Request]) -> Vec<&str> {
    requests.iter().map(|request| request.url.path()).collect()
}
