//! Services that call from outside (`backend.auth.externalAccess`, `backend.auth.keys`).

use std::{collections::HashMap, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac::{HMAC_SHA256, Key, verify};
use serde::Deserialize;

use super::{
    Credentials, Principal, Service,
    cache::{TokenHash, hash},
    jws::Jws,
    token::seconds,
};
use crate::{
    clock::UnixMillis,
    config::{ExternalAccess, ServiceProof},
};

/// `sub` of every token that is signed with a shared secret.
const LEGACY_SUB: &str = "backstage-server";

/// The services that are configured.
pub(super) struct ExternalServices {
    /// By the hash of their token: comparing hashes tells nothing of the token.
    by_token: HashMap<TokenHash, Arc<Service>>,
    by_secret: Vec<(Key, Arc<Service>)>,
}

#[derive(Deserialize)]
struct LegacyClaims {
    sub: String,
    exp: i64,
}

impl ExternalServices {
    pub(super) fn new(configured: &[ExternalAccess]) -> Self {
        let mut services = Self {
            by_token: HashMap::new(),
            by_secret: Vec::new(),
        };
        for entry in configured {
            let service = Arc::new(Service {
                subject: entry.subject.clone(),
                restrictions: entry.restrictions.clone(),
            });
            match &entry.proof {
                ServiceProof::Token(token) => {
                    services.by_token.insert(hash(token.expose()), service);
                }
                ServiceProof::SharedSecret(secret) => {
                    // What is no base64 was refused when the configuration was read.
                    let secret = STANDARD.decode(secret.expose()).unwrap_or_default();
                    services
                        .by_secret
                        .push((Key::new(HMAC_SHA256, &secret), service));
                }
            }
        }
        services
    }

    /// The service a token is of.
    pub(super) fn find(
        &self,
        token: &TokenHash,
        jws: Option<&Jws<'_>>,
        now: UnixMillis,
    ) -> Option<Credentials> {
        if let Some(service) = self.by_token.get(token) {
            return Some(Credentials {
                principal: Principal::Service(Arc::clone(service)),
                is_limited: false,
                expires_at: None,
            });
        }
        self.legacy(jws?, now)
    }

    fn legacy(&self, jws: &Jws<'_>, now: UnixMillis) -> Option<Credentials> {
        if jws.header.alg != "HS256" || jws.header.crit.is_some() {
            return None;
        }
        let is_of = |key: &Key| verify(key, jws.signed.as_bytes(), &jws.signature).is_ok();
        let (_, service) = self.by_secret.iter().find(|(key, _)| is_of(key))?;
        let claims: LegacyClaims = jws.claims()?;
        let expires_at = seconds(claims.exp);
        (claims.sub == LEGACY_SUB && now < expires_at).then(|| Credentials {
            principal: Principal::Service(Arc::clone(service)),
            is_limited: false,
            expires_at: Some(expires_at),
        })
    }
}
