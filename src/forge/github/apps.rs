//! Who asks GitHub: an app where it is installed, else the token, else nobody.
//!
//! An app proves itself by a signed token, and gets one for each owner who installed it (an hour's).

use serde::Deserialize;
use serde_json::Value;

use super::jwt;
use crate::{
    config::{Credential, CredentialKind, GitHubApp, Secret},
    forge::{
        ForgeError, ForgeErrorKind, Result, answer::instant, client::HostClient, exchange::Fresh,
        pages,
    },
};

/// Where an app is not installed, that is asked again after five minutes.
const ABSENT_FOR_MS: i64 = 5 * 60 * 1000;

#[derive(Deserialize)]
struct InstallationJson {
    id: u64,
    /// A user, an organisation (both with a login) or an enterprise.
    account: Option<AccountJson>,
    #[serde(default)]
    suspended_at: Option<String>,
    #[serde(default)]
    permissions: Value,
}

#[derive(Deserialize)]
struct AccountJson {
    #[serde(default)]
    login: Option<String>,
}

#[derive(Deserialize)]
struct TokenJson {
    token: String,
    expires_at: String,
}

/// The client that asks about what belongs to an owner. As Backstage: the first app that is installed there and
/// may serve them, then the token.
pub(super) async fn client_for(client: &HostClient, owner: &str) -> Result<HostClient> {
    for credential in client.credentials() {
        let CredentialKind::GitHubApp(app) = &credential.kind else {
            return Ok(client.with_credentials(vec![credential.clone()]));
        };
        if !serves(credential, owner) {
            continue;
        }
        let key = format!("{}/{}", app.app_id, owner.to_lowercase());
        let exchange = installation_token(client, app, owner);
        let token = client.tokens().get(&key, client.clock(), exchange).await?;
        if let Some(token) = token {
            return Ok(client.with_exchanged(&key, token));
        }
    }
    Ok(client.with_credentials(Vec::new()))
}

/// The app by which an owner is asked, if it is one; its rights as GitHub tells them.
pub(super) async fn permissions(client: &HostClient, owner: &str) -> Result<Option<Value>> {
    for credential in client.credentials() {
        if let CredentialKind::GitHubApp(app) = &credential.kind
            && serves(credential, owner)
            && let Some(found) = installation(client, app, owner).await?
        {
            return Ok(Some(found.permissions));
        }
    }
    Ok(None)
}

fn serves(credential: &Credential, owner: &str) -> bool {
    let mut owners = credential.owners.iter();
    credential.owners.is_empty() || owners.any(|allowed| allowed.eq_ignore_ascii_case(owner))
}

/// What an app says it is by.
pub(super) fn proof(client: &HostClient, app: &GitHubApp) -> Result<Secret> {
    let token = jwt::token(app, client.clock().now()).map_err(|why| {
        ForgeError::new(
            ForgeErrorKind::Unauthorized,
            client.host(),
            format!(
                "The private key of GitHub's app {} cannot be used: {why}.",
                app.app_id
            ),
            format!(
                "Put the key that GitHub gave out, in PEM, under `apps[].privateKey` of `{}`.",
                client.integration().key
            ),
        )
    })?;
    Ok(Secret::new(format!("Bearer {}", token.expose())))
}

/// Whoever installed an app, as far as it may serve them.
pub(super) async fn accounts(
    client: &HostClient,
    credential: &Credential,
    app: &GitHubApp,
) -> Result<Vec<String>> {
    let mut all = installations(client, app).await?;
    all.retain(|found| found.suspended_at.is_none());
    let logins = all.iter().filter_map(InstallationJson::login);
    Ok(logins
        .filter(|login| serves(credential, login))
        .map(str::to_owned)
        .collect())
}

impl InstallationJson {
    fn login(&self) -> Option<&str> {
        self.account.as_ref()?.login.as_deref()
    }
}

async fn installations(client: &HostClient, app: &GitHubApp) -> Result<Vec<InstallationJson>> {
    let call = client
        .get(&["app", "installations"])
        .authorized_by(Some(proof(client, app)?))
        .about(format!("app {}", app.app_id));
    pages::all(call).await
}

async fn installation(
    client: &HostClient,
    app: &GitHubApp,
    owner: &str,
) -> Result<Option<InstallationJson>> {
    let all = installations(client, app).await?;
    let (mut own, mut others): (Vec<_>, Vec<_>) = all.into_iter().partition(|found| {
        let login = found.login();
        login.is_some_and(|login| login.eq_ignore_ascii_case(owner))
    });
    if let Some(found) = own.pop() {
        return if found.suspended_at.is_some() {
            Err(suspended(client, app, owner))
        } else {
            Ok(Some(found))
        };
    }
    others.retain(|found| found.suspended_at.is_none());
    Ok(others.into_iter().next().filter(|_| app.public_access))
}

fn suspended(client: &HostClient, app: &GitHubApp, owner: &str) -> ForgeError {
    ForgeError::new(
        ForgeErrorKind::Unauthorized,
        client.host(),
        format!(
            "The installation of GitHub's app {} for {owner} is suspended.",
            app.app_id
        ),
        "Let an administrator of the organisation lift that, or remove the app from it.",
    )
}

async fn installation_token(client: &HostClient, app: &GitHubApp, owner: &str) -> Result<Fresh> {
    let Some(installation) = installation(client, app, owner).await? else {
        return Ok(Fresh::none(client.clock(), ABSENT_FOR_MS));
    };
    let id = installation.id.to_string();
    let made: TokenJson = client
        .post(&["app", "installations", &id, "access_tokens"])
        .authorized_by(Some(proof(client, app)?))
        .about(format!("installation {id}"))
        .json()
        .await?;
    Ok(Fresh {
        // One that names no end is used once.
        until: instant(Some(&made.expires_at)).unwrap_or(client.clock().now()),
        token: Some(Secret::new(made.token)),
    })
}
