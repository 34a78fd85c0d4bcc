//! Secrets of GitHub Actions: sent in a box that only GitHub opens (libsodium's sealed box).

use base64::{Engine, prelude::BASE64_STANDARD};
use crypto_box::{PublicKey, aead::OsRng};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{about, path};
use crate::{
    config::Secret,
    forge::{ForgeError, ForgeErrorKind, RepositoryId, Result, client::HostClient, pages},
};

#[derive(Deserialize)]
struct SecretsJson {
    secrets: Vec<SecretJson>,
}

#[derive(Deserialize)]
struct SecretJson {
    name: String,
}

#[derive(Deserialize)]
struct PublicKeyJson {
    key_id: String,
    key: String,
}

pub(super) async fn names(client: &HostClient, repository: &RepositoryId) -> Result<Vec<String>> {
    let call = client
        .get(&path(repository, &["actions", "secrets"]))
        .about(about(repository));
    let found = pages::all_of(call, |page: SecretsJson| page.secrets).await?;
    Ok(found.into_iter().map(|secret| secret.name).collect())
}

pub(super) async fn set(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    value: &Secret,
) -> Result<()> {
    let key = path(repository, &["actions", "secrets", "public-key"]);
    let body = boxed(client, &key, value).await?;
    let call = client.put(&path(repository, &["actions", "secrets", name]));
    call.body(&body).about(about(repository)).done().await
}

/// A secret as it is sent: in a box that is opened by who has the private key of the public one at a path.
pub(super) async fn boxed(client: &HostClient, key: &[&str], value: &Secret) -> Result<Value> {
    let key: PublicKeyJson = client.get(key).about("public key").json().await?;
    let sealed = seal(&key.key, value).ok_or_else(|| {
        ForgeError::new(
            ForgeErrorKind::NotTheApi,
            client.host(),
            "The public key for secrets is none: no secret is sent.",
            "See whether `apiBaseUrl` leads to GitHub.",
        )
    })?;
    Ok(json!({ "encrypted_value": sealed, "key_id": key.key_id }))
}

/// `None` if the key is not 32 bytes in Base64.
fn seal(key: &str, value: &Secret) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(key).ok()?;
    let key = PublicKey::from_slice(&bytes).ok()?;
    let sealed = key.seal(&mut OsRng, value.expose().as_bytes()).ok()?;
    Some(BASE64_STANDARD.encode(sealed))
}

#[cfg(test)]
mod tests {
    use crypto_box::SecretKey;

    use super::*;

    #[test]
    fn only_who_holds_the_key_opens_the_box() {
        let ours = SecretKey::generate(&mut OsRng);
        let public = BASE64_STANDARD.encode(ours.public_key().as_bytes());
        let value = Secret::new("päss\nwörd");
        let sealed = seal(&public, &value).expect("sealed");
        let bytes = BASE64_STANDARD.decode(&sealed).expect("Base64");
        assert_eq!(
            ours.unseal(&bytes).expect("opened"),
            "päss\nwörd".as_bytes()
        );
        let another = SecretKey::generate(&mut OsRng);
        assert!(another.unseal(&bytes).is_err());
        assert_ne!(
            seal(&public, &value),
            Some(sealed),
            "no box is like another"
        );
    }

    #[test]
    fn what_is_no_key_seals_nothing() {
        for key in ["", "no base64!", "c2hvcnQ="] {
            assert_eq!(seal(key, &Secret::new("x")), None, "{key}");
        }
    }
}
