//! Backstage's user tokens, and the limited ones made from them (`auth-permissions-api.md` §2.1, §2.2).

use serde::{Deserialize, Serialize};

use super::{
    Auth,
    jws::{Header, Jws, signed_part},
};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
};

/// `typ` of a user token.
pub(super) const USER: &str = "vnd.backstage.user";
/// `typ` of a limited one.
pub(super) const LIMITED_USER: &str = "vnd.backstage.limited-user";
/// The only way ours are signed.
pub(super) const ES256: &str = "ES256";
/// `aud` of a user token.
pub(super) const AUDIENCE: &str = "backstage";
/// Characters of a token at most.
pub(super) const MAX_LENGTH: usize = 32_768;

/// The claims of a user token. Instants are in seconds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct UserClaims {
    pub(super) iss: String,
    pub(super) sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ent: Option<Vec<String>>,
    pub(super) aud: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
    /// The signature of the limited token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uip: Option<String>,
}

/// The claims of a limited token, in the order in which they are signed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LimitedClaims {
    pub(super) sub: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
}

/// A token good for reading static files, as the cookie carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitedToken {
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires_at: UnixMillis,
}

impl Auth {
    /// A token for a user, and the seconds it is good for.
    pub(super) async fn user_token(
        &self,
        sub: &str,
        ownership_refs: &[String],
    ) -> Result<(String, i64)> {
        let inner = &self.0;
        let key = inner.keys.signer().await?;
        let seconds = i64::try_from(inner.config.token_lifetime.as_secs()).unwrap_or(i64::MAX);
        let iat = self.now().0.div_euclid(1000);
        let exp = iat.saturating_add(seconds);
        let limited = LimitedClaims {
            sub: sub.to_owned(),
            iat,
            exp,
        };
        let limited = signed_part(&header(LIMITED_USER, &key.kid), &limited)?;
        let claims = UserClaims {
            iss: inner.issuer.clone(),
            sub: sub.to_owned(),
            ent: (!inner.config.omits_ownership_claim).then(|| ownership_refs.to_vec()),
            aud: AUDIENCE.to_owned(),
            iat,
            exp,
            uip: Some(inner.keys.sign(&key, &limited)?),
        };
        let signed = signed_part(&header(USER, &key.kid), &claims)?;
        let token = format!("{signed}.{}", inner.keys.sign(&key, &signed)?);
        if token.len() > MAX_LENGTH {
            return Err(Error::Input(format!(
                "The token of {sub} would be longer than {MAX_LENGTH} characters: it belongs to too many groups. Set auth.omitIdentityTokenOwnershipClaim to true."
            )));
        }
        Ok((token, seconds))
    }

    /// The limited token inside a user token that was found good. [`Error::Authentication`] if it has none.
    pub fn limited_token(&self, user_token: &str) -> Result<LimitedToken> {
        let none = || Error::Authentication("The token has no limited one in it".to_owned());
        let jws = Jws::parse(user_token).ok_or_else(none)?;
        let claims: UserClaims = jws.claims().ok_or_else(none)?;
        let limited = LimitedClaims {
            sub: claims.sub,
            iat: claims.iat,
            exp: claims.exp,
        };
        let signed = signed_part(&header(LIMITED_USER, &jws.header.kid), &limited)?;
        Ok(LimitedToken {
            token: format!("{signed}.{}", claims.uip.ok_or_else(none)?),
            expires_at: seconds(claims.exp),
        })
    }
}

fn header(typ: &str, kid: &str) -> Header {
    Header {
        typ: typ.to_owned(),
        alg: ES256.to_owned(),
        kid: kid.to_owned(),
        crit: None,
    }
}

/// An instant of a claim.
pub(super) fn seconds(claim: i64) -> UnixMillis {
    UnixMillis(claim.saturating_mul(1000))
}
