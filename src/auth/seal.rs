//! Encryption of what the database keeps but must not give away.
//!
//! Each text has a key of its own, derived (HKDF-SHA256) from the portal's secret and 32 random bytes, and is
//! encrypted with ChaCha20-Poly1305. A key is used once, so its nonce need not be random: nothing limits how many
//! texts one secret protects, which is what an extended nonce is for. All of it is in `ring`, which we have anyway.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
    rand::{SecureRandom, SystemRandom},
};

use crate::{
    config::Secret,
    error::{Error, Result},
};

const SALT_LENGTH: usize = 32;
/// Before each sealed text, so that another way to seal can be told apart one day.
const VERSION: &str = "1:";

/// Seals texts with one secret.
pub(super) struct Seal(Secret);

impl Seal {
    pub(super) fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// Encrypts. What it is for is not in the result, but must be said again to open it.
    pub(super) fn seal(&self, purpose: &str, plain: &[u8]) -> Result<String> {
        let failed = |_| Error::internal("nothing could be encrypted");
        let mut sealed = vec![0; SALT_LENGTH];
        SystemRandom::new().fill(&mut sealed).map_err(failed)?;
        let key = self
            .key(&sealed, purpose)
            .ok_or_else(|| Error::internal("no key could be derived"))?;
        let mut text = plain.to_vec();
        key.seal_in_place_append_tag(nonce(), Aad::from(purpose), &mut text)
            .map_err(failed)?;
        sealed.extend_from_slice(&text);
        Ok(format!("{VERSION}{}", STANDARD.encode(sealed)))
    }

    /// Decrypts; `None` if it was sealed with another secret or for something else, or was changed.
    pub(super) fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let sealed = STANDARD.decode(sealed.strip_prefix(VERSION)?).ok()?;
        let (salt, text) = sealed.split_at_checked(SALT_LENGTH)?;
        let key = self.key(salt, purpose)?;
        let mut text = text.to_vec();
        let plain = key
            .open_in_place(nonce(), Aad::from(purpose), &mut text)
            .ok()?;
        Some(plain.to_vec())
    }

    fn key(&self, salt: &[u8], purpose: &str) -> Option<LessSafeKey> {
        let secret = Salt::new(HKDF_SHA256, salt).extract(self.0.expose().as_bytes());
        let info = [purpose.as_bytes()];
        let key = secret.expand(&info, &CHACHA20_POLY1305).ok()?;
        Some(LessSafeKey::new(UnboundKey::from(key)))
    }
}

/// Of a key that is used once.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_and_purpose_open_what_is_unchanged() {
        let seal = Seal::new(Secret::new("a secret of more than 32 characters"));
        let sealed = seal.seal("key 1", b"private").expect("sealed");
        assert_eq!(
            seal.open("key 1", &sealed).as_deref(),
            Some(&b"private"[..])
        );
        assert!(!sealed.contains("private"));
        assert_ne!(
            sealed,
            seal.seal("key 1", b"private").expect("sealed"),
            "never twice the same"
        );
        let other = Seal::new(Secret::new("another secret of over 32 characters"));
        assert_eq!(other.open("key 1", &sealed), None);
        assert_eq!(seal.open("key 2", &sealed), None);
        let changed = sealed.replacen(
            &sealed[60..61],
            if &sealed[60..61] == "A" { "B" } else { "A" },
            1,
        );
        assert_eq!(seal.open("key 1", &changed), None);
        for text in ["", "1:", "1:AAAA", "2:AAAA", "no base64"] {
            assert_eq!(seal.open("key 1", text), None, "{text}");
        }
    }
}
