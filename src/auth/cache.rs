//! Tokens that were checked lately, so that a busy client costs one signature check and not thousands.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use ring::digest::{SHA256, digest};

use super::Credentials;
use crate::clock::UnixMillis;

/// Tokens at most: a hash and a shared principal each.
const MAX_TOKENS: usize = 10_000;

/// The SHA-256 of a token: tokens themselves are not kept.
pub(super) type TokenHash = [u8; 32];

/// Tokens that were found good, until they end.
#[derive(Default)]
pub(super) struct Cache(RwLock<HashMap<TokenHash, Credentials>>);

pub(super) fn hash(token: &str) -> TokenHash {
    let mut hash = TokenHash::default();
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

impl Cache {
    /// Who the token stands for, if it was seen and has not ended.
    pub(super) fn get(&self, token: &TokenHash, now: UnixMillis) -> Option<Credentials> {
        let seen = self.0.read().unwrap_or_else(PoisonError::into_inner);
        seen.get(token).filter(|known| is_good(known, now)).cloned()
    }

    pub(super) fn put(&self, token: TokenHash, credentials: Credentials, now: UnixMillis) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_TOKENS {
            seen.retain(|_, known| is_good(known, now));
        }
        if seen.len() >= MAX_TOKENS {
            seen.clear(); // all of them good: they are checked once more
        }
        seen.insert(token, credentials);
    }
}

fn is_good(known: &Credentials, now: UnixMillis) -> bool {
    known.expires_at.is_none_or(|end| now < end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Principal;

    #[test]
    fn a_token_is_known_until_it_ends_and_the_cache_is_bounded() {
        let cache = Cache::default();
        let until = |at| Credentials {
            principal: Principal::Nobody,
            is_limited: false,
            expires_at: Some(UnixMillis(at)),
        };
        cache.put(hash("a"), until(10), UnixMillis(0));
        assert!(cache.get(&hash("a"), UnixMillis(9)).is_some());
        assert!(cache.get(&hash("a"), UnixMillis(10)).is_none());
        assert!(cache.get(&hash("b"), UnixMillis(9)).is_none());
        for index in 0..=MAX_TOKENS {
            cache.put(hash(&index.to_string()), until(100), UnixMillis(0));
        }
        assert!(cache.0.read().expect("a lock").len() <= MAX_TOKENS);
    }
}
