//! The token by which an app of GitHub says who it is: RS256 (RFC 7519, RFC 7518 §3.3), signed with its private key.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use serde_json::json;

use crate::{
    clock::UnixMillis,
    config::{GitHubApp, Secret},
};

/// GitHub takes no token that lives longer than ten minutes.
const LIFETIME_S: i64 = 9 * 60;
/// The clocks may differ by so much, as GitHub advises.
const DRIFT_S: i64 = 60;

/// The token of an app, good for nine minutes. Says what is wrong with the key, never what is in it.
pub(super) fn token(app: &GitHubApp, now: UnixMillis) -> Result<Secret, &'static str> {
    let key = key_pair(app.private_key.expose())?;
    let now_s = now.0.div_euclid(1000);
    let claims = json!({
        "iat": now_s - DRIFT_S,
        "exp": now_s + LIFETIME_S,
        "iss": app.app_id,
    });
    let header = json!({ "alg": "RS256", "typ": "JWT" });
    let part = |value: &serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .map_err(|_| "it cannot sign")?;
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
    Ok(Secret::new(format!("{signed}.{signature}")))
}

/// GitHub gives keys out as PKCS #1; PKCS #8 is what tools make of them.
fn key_pair(pem: &str) -> Result<RsaKeyPair, &'static str> {
    // Environment variables often hold it on one line.
    let pem = pem.replace("\\n", "\n");
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes());
    let pair = match key.map_err(|_| "it is no private key in PEM")? {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err("it is no RSA key"),
    };
    pair.map_err(|_| "it is no RSA key of 2048 to 4096 bits")
}
