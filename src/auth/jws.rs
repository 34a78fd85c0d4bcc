//! Compact JWS (RFC 7515): three parts of base64url between dots. Taken apart and put together; pure.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::{Error, Result};

/// The protected header; written in this order, as limited tokens need it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    #[serde(default)]
    pub(super) typ: String,
    pub(super) alg: String,
    #[serde(default)]
    pub(super) kid: String,
    /// Extensions that must be understood. We know none.
    #[serde(default, skip_serializing)]
    pub(super) crit: Option<Value>,
}

/// A token, taken apart. Nothing of it is checked.
pub(super) struct Jws<'a> {
    pub(super) header: Header,
    payload: Vec<u8>,
    /// What the signature is of.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// `None` if it is no JWS.
    pub(super) fn parse(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header = URL_SAFE_NO_PAD.decode(header).ok()?;
        Some(Self {
            header: serde_json::from_slice(&header).ok()?,
            payload: URL_SAFE_NO_PAD.decode(payload).ok()?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// The payload, if it is what is expected.
    pub(super) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.payload).ok()
    }
}

/// The part of a token that is signed.
pub(super) fn signed_part(header: &Header, claims: &impl Serialize) -> Result<String> {
    let part = |json: serde_json::Result<Vec<u8>>| {
        json.map(|json| URL_SAFE_NO_PAD.encode(json))
            .map_err(Error::internal)
    };
    let (header, claims) = (
        part(serde_json::to_vec(header))?,
        part(serde_json::to_vec(claims))?,
    );
    Ok(format!("{header}.{claims}"))
}

/// A signature as tokens carry it.
pub(super) fn encode(signature: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(signature)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_put_together_can_be_taken_apart() {
        let header = Header {
            typ: "t".to_owned(),
            alg: "ES256".to_owned(),
            kid: "k".to_owned(),
            crit: None,
        };
        let signed = signed_part(&header, &json!({"sub": "a"})).expect("JSON");
        let token = format!("{signed}.{}", encode(b"signature"));
        let read = Jws::parse(&token).expect("a JWS");
        assert_eq!(read.claims::<Value>(), Some(json!({"sub": "a"})));
        assert_eq!(
            (read.signed, &*read.signature),
            (&*signed, &b"signature"[..])
        );
        let header = signed.split('.').next().expect("a header");
        assert_eq!(
            URL_SAFE_NO_PAD.decode(header).expect("base64"),
            br#"{"typ":"t","alg":"ES256","kid":"k"}"#
        );
    }

    #[test]
    fn what_is_no_jws_is_none() {
        for text in [
            "",
            "not-a-token",
            "a.b",
            "..",
            "e30.e30.",
            "====.e30.e30",
            "e30.e30.e30.e30",
        ] {
            assert!(Jws::parse(text).is_none(), "{text}");
        }
    }
}
