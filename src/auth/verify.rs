//! A token comes in: whose is it?

use super::{
    Auth, Credentials, Principal, User,
    cache::hash,
    jws::Jws,
    token::{AUDIENCE, ES256, LIMITED_USER, LimitedClaims, MAX_LENGTH, USER, UserClaims, seconds},
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    store,
};
use std::sync::Arc;

impl Auth {
    /// Whom a token stands for: a user's, a limited one, a service's. [`Error::Authentication`] if nobody's.
    pub async fn authenticate(&self, token: &str) -> Result<Credentials> {
        let illegal = || Error::Authentication("Illegal token".to_owned());
        if token.len() > MAX_LENGTH {
            return Err(illegal());
        }
        let (inner, now, hash) = (&self.0, self.now(), hash(token));
        if let Some(known) = inner.seen.get(&hash, now) {
            return Ok(known);
        }
        let jws = Jws::parse(token);
        let user = jws
            .as_ref()
            .filter(|jws| [USER, LIMITED_USER].contains(&jws.header.typ.as_str()));
        let found = match user {
            Some(jws) => self.user_of(jws).await?,
            None => inner
                .services
                .find(&hash, jws.as_ref(), now)
                .ok_or_else(illegal)?,
        };
        inner.seen.put(hash, found.clone(), now);
        Ok(found)
    }

    async fn user_of(&self, jws: &Jws<'_>) -> Result<Credentials> {
        let failed = || Error::Authentication("Failed user token verification".to_owned());
        let header = &jws.header;
        if header.alg != ES256 || header.crit.is_some() {
            return Err(failed());
        }
        let key = self.0.keys.find(&header.kid).await?.ok_or_else(failed)?;
        if !key.has_signed(jws.signed, &jws.signature) {
            return Err(failed());
        }
        let is_limited = header.typ == LIMITED_USER;
        let (sub, ent, exp) = if is_limited {
            let claims: LimitedClaims = jws.claims().ok_or_else(failed)?;
            (claims.sub, None, claims.exp)
        } else {
            let claims: UserClaims = jws.claims().ok_or_else(failed)?;
            if claims.aud != AUDIENCE {
                return Err(failed());
            }
            (claims.sub, claims.ent, claims.exp)
        };
        let expires_at = seconds(exp);
        if self.now() >= expires_at || sub.is_empty() {
            return Err(failed());
        }
        let entity_ref = EntityRef::from_canonical(&sub);
        let ownership_refs = match ent {
            Some(refs) => refs,
            None => self.ownership_refs(&entity_ref).await?,
        };
        Ok(Credentials {
            principal: Principal::User(Arc::new(User {
                entity_ref,
                ownership_refs,
            })),
            is_limited,
            expires_at: Some(expires_at),
        })
    }

    /// As of the last sign-in.
    async fn ownership_refs(&self, user: &EntityRef) -> Result<Vec<String>> {
        let claims = store::user_claims(&self.0.db, user).await?;
        let claims = claims.and_then(|json| serde_json::from_str::<serde_json::Value>(&json).ok());
        let refs = claims.and_then(|claims| serde_json::from_value(claims["ent"].clone()).ok());
        Ok(refs.unwrap_or_else(|| vec![user.as_str().to_owned()]))
    }
}
