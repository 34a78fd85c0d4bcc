//! Who asks Bitbucket Cloud: a client of its own gets a token by its secret (OAuth 2, RFC 6749 §4.4).

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;

use crate::{
    clock::UnixMillis,
    config::{CredentialKind, Secret},
    forge::{
        Result,
        client::{HostClient, basic},
        exchange::Fresh,
    },
};

#[derive(Deserialize)]
struct TokenJson {
    access_token: String,
    expires_in: i64,
}

pub(super) async fn client(client: &HostClient) -> Result<HostClient> {
    let credential = client.credentials().first();
    let Some(CredentialKind::OAuthClient {
        client_id,
        client_secret,
        ..
    }) = credential.map(|credential| &credential.kind)
    else {
        return Ok(client.clone());
    };
    let exchange = exchange(client, client_id, client_secret);
    let token = client
        .tokens()
        .get(client_id, client.clock(), exchange)
        .await?;
    Ok(match token {
        Some(token) => client.with_exchanged(client_id, token),
        None => client.clone(),
    })
}

async fn exchange(client: &HostClient, id: &str, secret: &Secret) -> Result<Fresh> {
    let mut url = client.integration().base_url.clone();
    url.set_path("/site/oauth2/access_token");
    let form = Bytes::from_static(b"grant_type=client_credentials");
    let made: TokenJson = client
        .call_at(Method::POST, url)
        .authorized_by(Some(basic(id, secret.expose())))
        .bytes("application/x-www-form-urlencoded", form)
        .about(format!("client {id}"))
        .json()
        .await?;
    Ok(Fresh {
        until: UnixMillis(client.clock().now().0 + made.expires_in * 1000),
        token: Some(Secret::new(made.access_token)),
    })
}
