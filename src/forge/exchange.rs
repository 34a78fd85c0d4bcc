//! Tokens that are had in exchange for another credential: kept until shortly before they expire.

use std::collections::HashMap;

use tokio::sync::Mutex;

use super::Result;
use crate::{
    clock::{Clock, UnixMillis},
    config::Secret,
};

/// A token is renewed when it lives no longer than this: a call under way still ends with it.
const MARGIN_MS: i64 = 5 * 60 * 1000;

/// What an exchange came to.
pub(super) struct Fresh {
    /// `None`: the credential is good, but not for what was asked.
    pub(super) token: Option<Secret>,
    /// When it expires, or is to be asked for again.
    pub(super) until: UnixMillis,
}

impl Fresh {
    /// Not good for this; to be asked again after so many milliseconds.
    pub(super) fn none(clock: &Clock, for_ms: i64) -> Self {
        let until = UnixMillis(clock.now().0 + for_ms + MARGIN_MS);
        Self { token: None, until }
    }
}

/// The tokens of one host, by what they are for.
#[derive(Default)]
pub(super) struct ExchangedTokens {
    kept: Mutex<HashMap<String, Fresh>>,
}

impl ExchangedTokens {
    /// The token kept under a key, else the one the exchange brings. Exchanges of a host wait for each other,
    /// so that many calls at once exchange once.
    pub(super) async fn get(
        &self,
        key: &str,
        clock: &Clock,
        exchange: impl Future<Output = Result<Fresh>>,
    ) -> Result<Option<Secret>> {
        let mut kept = self.kept.lock().await;
        let soon = clock.now().0 + MARGIN_MS;
        if let Some(found) = kept.get(key).filter(|found| found.until.0 > soon) {
            return Ok(found.token.clone());
        }
        let fresh = exchange.await?;
        let token = fresh.token.clone();
        kept.retain(|_, old| old.until.0 > soon);
        kept.insert(key.to_owned(), fresh);
        Ok(token)
    }

    /// The host does not take it any more.
    pub(super) async fn forget(&self, key: &str) {
        self.kept.lock().await.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_is_exchanged_again_shortly_before_it_expires() {
        let clock = Clock::fixed(UnixMillis(0));
        let tokens = ExchangedTokens::default();
        let bring = async |text: &str| {
            let fresh = Fresh {
                token: Some(Secret::new(text)),
                until: UnixMillis(clock.now().0 + 3_600_000),
            };
            let got = tokens.get("a", &clock, async { Ok(fresh) }).await;
            got.unwrap().unwrap().expose().to_owned()
        };
        assert_eq!(bring("one").await, "one");
        clock.advance(3_600_000 - MARGIN_MS - 1);
        assert_eq!(bring("two").await, "one");
        clock.advance(1);
        assert_eq!(bring("three").await, "three");
        tokens.forget("a").await;
        assert_eq!(bring("four").await, "four");
    }
}
