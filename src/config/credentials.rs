//! What lets the portal in at a Git host: one entry of `integrations.*`, read.

use super::{Secret, reader::Section};

/// What lets the portal in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// For which owners (`allowedInstallationOwners` of GitHub, `organizations` of Azure); empty: for all.
    pub owners: Vec<String>,
    /// What it is.
    pub kind: CredentialKind,
}

/// Which kind of credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialKind {
    /// A token that stands for itself.
    Token(Secret),
    /// A user and their password, or the token that serves as one.
    Basic {
        /// The user.
        username: String,
        /// The password.
        password: Secret,
    },
    /// An app of GitHub.
    GitHubApp(Box<GitHubApp>),
    /// A client of Bitbucket Cloud or, with a tenant, of Microsoft Entra.
    OAuthClient {
        /// `clientId`
        client_id: String,
        /// `clientSecret`
        client_secret: Secret,
        /// `tenantId`
        tenant_id: Option<String>,
    },
    /// An identity the machine has in Azure.
    ManagedIdentity {
        /// `clientId`, or `system-assigned`.
        client_id: String,
        /// `tenantId`, where it acts for a client there.
        tenant_id: Option<String>,
        /// `managedIdentityClientId`, where it acts for the client.
        acts_through: Option<String>,
    },
}

/// One of `integrations.github[].apps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubApp {
    /// `appId`
    pub app_id: String,
    /// `clientId`
    pub client_id: String,
    /// `clientSecret`
    pub client_secret: Secret,
    /// `privateKey`, in PEM.
    pub private_key: Secret,
    /// `webhookSecret`
    pub webhook_secret: Option<Secret>,
    /// `publicAccess`: whether repositories outside its installations are read with it.
    pub public_access: bool,
}

fn all_owners(kind: CredentialKind) -> Credential {
    Credential {
        owners: Vec::new(),
        kind,
    }
}

fn secret(section: Section<'_>, key: &str) -> Option<Secret> {
    section.text(key).map(Secret::new)
}

fn required_secret(section: Section<'_>, key: &str) -> Option<Secret> {
    section.required_text(key).map(Secret::new)
}

/// `token`, as GitLab and Bitbucket Data Center have it.
pub(super) fn token(entry: Section<'_>) -> Vec<Credential> {
    let token = secret(entry, "token").map(CredentialKind::Token);
    token.map(all_owners).into_iter().collect()
}

/// `token` and `apps` of GitHub: apps first, as Backstage tries them.
pub(super) fn github(entry: Section<'_>) -> Vec<Credential> {
    let mut found = entry.sections("apps", github_app);
    found.extend(token(entry));
    found
}

fn github_app(app: Section<'_>) -> Option<Credential> {
    let app_id = match app.get("appId") {
        Some(serde_json::Value::Number(number)) => Some(number.to_string()),
        _ => app.required_text("appId").map(str::to_owned),
    };
    // All four are looked at, so that all that are missing are named.
    let client_id = app.required_text("clientId").map(str::to_owned);
    let client_secret = required_secret(app, "clientSecret");
    let private_key = required_secret(app, "privateKey");
    Some(Credential {
        owners: app.texts("allowedInstallationOwners").unwrap_or_default(),
        kind: CredentialKind::GitHubApp(Box::new(GitHubApp {
            app_id: app_id?,
            client_id: client_id?,
            client_secret: client_secret?,
            private_key: private_key?,
            webhook_secret: secret(app, "webhookSecret"),
            public_access: app.bool("publicAccess").unwrap_or(false),
        })),
    })
}

/// `username` with `password`, or a lone `password` that is a token: Gitea and Gerrit.
pub(super) fn password(entry: Section<'_>) -> Vec<Credential> {
    let missing = "is missing, and `username` needs it. Add it, or remove `username`.";
    named_or_token(entry, secret(entry, "password"), ("password", missing))
}

/// A secret that is the password of `username`, or a token where nobody is named; what is said of which key where it
/// is missing.
fn named_or_token(
    entry: Section<'_>,
    secret: Option<Secret>,
    (key, missing): (&str, &str),
) -> Vec<Credential> {
    let kind = match (entry.text("username"), secret) {
        (Some(username), Some(password)) => CredentialKind::Basic {
            username: username.to_owned(),
            password,
        },
        (None, Some(token)) => CredentialKind::Token(token),
        (Some(_), None) => {
            entry.problem(key, missing);
            return Vec::new();
        }
        (None, None) => return Vec::new(),
    };
    vec![all_owners(kind)]
}

/// `token`, else `username` with `password`: Bitbucket Data Center.
pub(super) fn token_or_password(entry: Section<'_>) -> Vec<Credential> {
    if entry.get("token").is_some() {
        return token(entry);
    }
    if entry.get("username").is_none() && entry.get("password").is_some() {
        entry.problem(
            "username",
            "is missing, and `password` needs it. Add it, or use `token`.",
        );
        return Vec::new();
    }
    password(entry)
}

/// `clientId` with `clientSecret`, `username` with `token` or `appPassword`, or a lone `token`: Bitbucket Cloud.
pub(super) fn bitbucket_cloud(entry: Section<'_>) -> Vec<Credential> {
    if entry.get("clientId").is_some() || entry.get("clientSecret").is_some() {
        let client_id = entry.required_text("clientId").map(str::to_owned);
        let client_secret = required_secret(entry, "clientSecret");
        let kind = client_id.zip(client_secret);
        let kind = kind.map(|(client_id, client_secret)| CredentialKind::OAuthClient {
            client_id,
            client_secret,
            tenant_id: None,
        });
        return kind.map(all_owners).into_iter().collect();
    }
    let password = secret(entry, "token").or_else(|| secret(entry, "appPassword"));
    let missing = "is missing, and `username` needs it (or `appPassword`). Add it.";
    named_or_token(entry, password, ("token", missing))
}

/// `credentials` of Azure, each for its organizations; `token`, the old way, for all.
pub(super) fn azure(entry: Section<'_>) -> Vec<Credential> {
    let mut found = entry.sections("credentials", azure_credential);
    found.extend(token(entry));
    found
}

fn azure_credential(entry: Section<'_>) -> Option<Credential> {
    let text = |key: &str| entry.text(key).map(str::to_owned);
    let kind = if let Some(token) = secret(entry, "personalAccessToken") {
        CredentialKind::Token(token)
    } else if let Some(client_secret) = secret(entry, "clientSecret") {
        CredentialKind::OAuthClient {
            client_id: entry.required_text("clientId").map(str::to_owned)?,
            client_secret,
            tenant_id: Some(entry.required_text("tenantId").map(str::to_owned)?),
        }
    } else if let Some(client_id) = text("clientId") {
        CredentialKind::ManagedIdentity {
            client_id,
            tenant_id: text("tenantId"),
            acts_through: text("managedIdentityClientId"),
        }
    } else {
        entry.problem(
            "personalAccessToken",
            "is missing. Give a `personalAccessToken`, or `clientId`, `clientSecret` and `tenantId`, or the `clientId` of a managed identity.",
        );
        return None;
    };
    Some(Credential {
        owners: entry.texts("organizations").unwrap_or_default(),
        kind,
    })
}
