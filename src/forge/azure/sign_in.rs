//! Who asks Azure DevOps: the first credential for the organisation; a client of Microsoft Entra gets a token by
//! its secret (OAuth 2, RFC 6749 §4.4).

use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::{
    clock::UnixMillis,
    config::{Credential, CredentialKind, Secret},
    forge::{ForgeError, ForgeErrorKind, Result, client::HostClient, exchange::Fresh},
};

/// Where Microsoft Entra gives tokens.
const LOGIN: &str = "https://login.microsoftonline.com";
/// What the token is for: Azure DevOps, by the id Microsoft gave it.
const SCOPE: &str = "499b84ac-1321-427f-aa17-267ca6975798/.default";

#[derive(Deserialize)]
struct TokenJson {
    access_token: String,
    expires_in: i64,
}

/// A client of Entra that gets a token.
struct Client<'a> {
    id: &'a str,
    secret: &'a Secret,
    tenant: &'a str,
}

pub(super) async fn client_for(client: &HostClient, owner: &str) -> Result<HostClient> {
    let organization = owner.split('/').next().unwrap_or_default();
    let Some(credential) = credential(client, organization) else {
        return Ok(client.with_credentials(Vec::new()));
    };
    let entra = match &credential.kind {
        CredentialKind::OAuthClient {
            client_id,
            client_secret,
            tenant_id: Some(tenant),
        } => Client {
            id: client_id,
            secret: client_secret,
            tenant,
        },
        CredentialKind::ManagedIdentity { .. } => return Err(no_identity(client)),
        _ => return Ok(client.with_credentials(vec![credential.clone()])),
    };
    let exchange = exchange(client, &entra);
    let token = client
        .tokens()
        .get(entra.id, client.clock(), exchange)
        .await?;
    Ok(match token {
        Some(token) => client.with_exchanged(entra.id, token),
        None => client.with_credentials(Vec::new()),
    })
}

/// One that names the organisation comes before one for all.
fn credential<'a>(client: &'a HostClient, organization: &str) -> Option<&'a Credential> {
    let all = client.credentials();
    let is_named = |credential: &&Credential| {
        let mut owners = credential.owners.iter();
        owners.any(|owner| owner.eq_ignore_ascii_case(organization))
    };
    let for_all = || all.iter().find(|credential| credential.owners.is_empty());
    all.iter().find(is_named).or_else(for_all)
}

fn no_identity(client: &HostClient) -> ForgeError {
    ForgeError::new(
        ForgeErrorKind::Unauthorized,
        client.host(),
        format!(
            "Managed identities cannot be used yet to ask {}.",
            client.host()
        ),
        format!(
            "Put a `personalAccessToken`, or a `clientId`, `clientSecret` and `tenantId`, under `credentials` of `{}`.",
            client.integration().key
        ),
    )
}

async fn exchange(client: &HostClient, entra: &Client<'_>) -> Result<Fresh> {
    let mut url = Url::parse(LOGIN).expect("an address of ours");
    url.set_path(&format!("/{}/oauth2/v2.0/token", entra.tenant));
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", entra.id)
        .append_pair("client_secret", entra.secret.expose())
        .append_pair("scope", SCOPE)
        .finish();
    let made: TokenJson = client
        .call_at(Method::POST, url)
        .authorized_by(None)
        .bytes("application/x-www-form-urlencoded", form.into())
        .about(format!("client {} in Microsoft Entra", entra.id))
        .json()
        .await?;
    Ok(Fresh {
        until: UnixMillis(client.clock().now().0 + made.expires_in * 1000),
        token: Some(Secret::new(made.access_token)),
    })
}
