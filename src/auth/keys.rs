//! The keys that sign user tokens: made when needed, used for one token lifetime, published for three.
//!
//! Where private halves are sealed, a restart (and another node with the same secret) goes on with the newest key.
//! Where not, each process signs with a key of its own, and the public halves alone are shared.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        UnparsedPublicKey,
    },
};
use tokio::sync::Mutex;
use tracing::warn;

use super::{jws, seal::Seal};
use crate::{
    clock::{Clock, UnixMillis, new_id},
    error::{Error, Result},
    store::{self, Db, SigningKey},
};

/// Old public keys stay for so many token lifetimes (Backstage: `auth-backend`, `TokenFactory`).
const PUBLISHED_LIFETIMES: i64 = 3;
/// Ids of ours are UUIDs; nothing longer is looked for.
const MAX_KID_LENGTH: usize = 64;
/// An uncompressed point of P-256: a mark, x and y.
const POINT_LENGTH: usize = 65;

/// Signs.
pub(super) struct Signer {
    pub(super) kid: String,
    pair: EcdsaKeyPair,
    /// Until when it may sign.
    until: UnixMillis,
}

/// Checks what a key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id, as tokens name it.
    pub kid: String,
    point: Vec<u8>,
    expires_at: UnixMillis,
}

pub(super) struct Keys {
    db: Db,
    clock: Clock,
    lifetime_ms: i64,
    seal: Option<Seal>,
    random: SystemRandom,
    signer: Mutex<Option<Arc<Signer>>>,
    known: RwLock<HashMap<String, Arc<PublicKey>>>,
}

impl Keys {
    pub(super) fn new(db: Db, clock: Clock, lifetime: Duration, seal: Option<Seal>) -> Self {
        Self {
            db,
            clock,
            lifetime_ms: i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX),
            seal,
            random: SystemRandom::new(),
            signer: Mutex::default(),
            known: RwLock::default(),
        }
    }

    /// The key to sign with now.
    pub(super) async fn signer(&self) -> Result<Arc<Signer>> {
        let now = self.clock.now();
        let mut current = self.signer.lock().await;
        if let Some(signer) = current.as_ref().filter(|signer| now < signer.until) {
            return Ok(Arc::clone(signer));
        }
        let stored = store::signing_keys(&self.db, now).await?;
        let found = stored.iter().find_map(|key| self.opened(key, now));
        let signer = match found {
            Some(signer) => signer,
            None => self.make(now).await?,
        };
        let signer = Arc::new(signer);
        *current = Some(Arc::clone(&signer));
        Ok(signer)
    }

    /// A stored key that may still sign, and that we can open.
    fn opened(&self, key: &SigningKey, now: UnixMillis) -> Option<Signer> {
        let until = UnixMillis(key.created_at.0.saturating_add(self.lifetime_ms));
        let (seal, sealed) = (self.seal.as_ref()?, key.private_key.as_deref()?);
        if now >= until {
            return None;
        }
        let private = seal.open(&purpose(&key.kid), sealed);
        if private.is_none() {
            warn!(
                key.id = key.kid,
                "Signing key {} was encrypted with another callboard.encryptionKey or key file; a new one is made",
                key.kid
            );
        }
        let pair = pair(&private?, &self.random).ok()?;
        Some(Signer {
            kid: key.kid.clone(),
            pair,
            until,
        })
    }

    async fn make(&self, now: UnixMillis) -> Result<Signer> {
        let failed = |_| Error::internal("no signing key could be made");
        let private = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.random)
            .map_err(failed)?;
        let pair = pair(private.as_ref(), &self.random)?;
        let kid = new_id();
        let seal = |seal: &Seal| seal.seal(&purpose(&kid), private.as_ref());
        let key = SigningKey {
            public_key: STANDARD.encode(pair.public_key()),
            private_key: self.seal.as_ref().map(seal).transpose()?,
            created_at: now,
            expires_at: UnixMillis(now.0.saturating_add(PUBLISHED_LIFETIMES * self.lifetime_ms)),
            kid,
        };
        let mut tx = self.db.begin().await?;
        store::delete_expired_keys(&mut tx, now).await?;
        store::add_signing_key(&mut tx, &key).await?;
        tx.commit().await?;
        let until = UnixMillis(now.0.saturating_add(self.lifetime_ms));
        Ok(Signer {
            kid: key.kid,
            pair,
            until,
        })
    }

    /// Every key that may have signed a good token, newest first; at least one.
    pub(super) async fn public(&self) -> Result<Vec<PublicKey>> {
        self.signer().await?;
        let stored = store::signing_keys(&self.db, self.clock.now()).await?;
        Ok(stored.into_iter().filter_map(PublicKey::read).collect())
    }

    /// The key with an id, of this node or another one.
    pub(super) async fn find(&self, kid: &str) -> Result<Option<Arc<PublicKey>>> {
        if kid.len() > MAX_KID_LENGTH {
            return Ok(None);
        }
        let now = self.clock.now();
        if let Some(known) = self.known(kid).filter(|key| now < key.expires_at) {
            return Ok(Some(known));
        }
        let stored = store::signing_key(&self.db, kid, now).await?;
        let Some(found) = stored.and_then(PublicKey::read).map(Arc::new) else {
            return Ok(None);
        };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, key| now < key.expires_at);
        known.insert(kid.to_owned(), Arc::clone(&found));
        Ok(Some(found))
    }

    fn known(&self, kid: &str) -> Option<Arc<PublicKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(kid).cloned()
    }

    /// Signs, as tokens carry it (ES256, RFC 7518 §3.4).
    pub(super) fn sign(&self, signer: &Signer, text: &str) -> Result<String> {
        let signature = signer.pair.sign(&self.random, text.as_bytes());
        let signature = signature.map_err(|_| Error::internal("nothing could be signed"))?;
        Ok(jws::encode(signature.as_ref()))
    }
}

impl PublicKey {
    /// `None` for what is no point of the curve's length.
    fn read(key: SigningKey) -> Option<Self> {
        let point = STANDARD.decode(&key.public_key).ok()?;
        (point.len() == POINT_LENGTH).then_some(Self {
            kid: key.kid,
            point,
            expires_at: key.expires_at,
        })
    }

    /// The coordinates x and y, base64url, as a JWK has them (RFC 7518 §6.2.1).
    #[must_use]
    pub fn coordinates(&self) -> (String, String) {
        let (x, y) = self.point[1..].split_at(POINT_LENGTH / 2);
        (jws::encode(x), jws::encode(y))
    }

    /// Whether it signed this.
    pub(super) fn has_signed(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

fn purpose(kid: &str) -> String {
    format!("callboard signing key {kid}")
}

fn pair(private: &[u8], random: &SystemRandom) -> Result<EcdsaKeyPair> {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, random)
        .map_err(|fault| Error::internal(format!("a signing key cannot be used: {fault}")))
}
