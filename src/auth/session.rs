//! A sign-in becomes a session (`auth-permissions-api.md` §1.1).

use serde_json::json;

use super::{Auth, User};
use crate::{entity::EntityRef, error::Result, store};

/// What a person has after signing in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who it is.
    pub user: User,
    /// Their token.
    pub token: String,
    /// How long it is good for.
    pub expires_in_seconds: i64,
}

impl Auth {
    /// Signs a user in: keeps their claims, and makes a token.
    pub(super) async fn sign_in(&self, user: User) -> Result<Session> {
        self.keep_claims(&user).await?;
        let (token, expires_in_seconds) = self
            .user_token(user.entity_ref.as_str(), &user.ownership_refs)
            .await?;
        Ok(Session {
            user,
            token,
            expires_in_seconds,
        })
    }

    /// The claims (a JSON object) of a user, as of their last sign-in.
    pub async fn user_claims(&self, user: &EntityRef) -> Result<Option<String>> {
        store::user_claims(&self.0.db, user).await
    }

    /// Written only when they differ: anybody may ask to be a guest as often as they like.
    async fn keep_claims(&self, user: &User) -> Result<()> {
        let claims =
            json!({"sub": user.entity_ref.as_str(), "ent": user.ownership_refs}).to_string();
        if self.user_claims(&user.entity_ref).await?.as_ref() == Some(&claims) {
            return Ok(());
        }
        let mut tx = self.0.db.begin().await?;
        store::put_user_claims(&mut tx, &user.entity_ref, &claims, self.now()).await?;
        tx.commit().await
    }
}
