//! Git hosts as a test configures them: any product, at the address of a server that stands in for it.

use callboard::{
    clock::Clock,
    config::{Credential, CredentialKind, GitHubApp, Integration, RetryPolicy, Secret},
    entity::ScmHost,
    forge::{Forge, Forges},
};
use url::Url;

/// The private key of the app in tests; it opens nothing.
const APP_KEY: &str = include_str!("../../data/app-key.pem");

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
    let forges = Forges::new(std::slice::from_ref(integration), clock).expect("clients are made");
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
