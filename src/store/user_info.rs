//! What was said of people when they signed in.

use super::db::{Db, Tx, on_db, on_tx};
use crate::{clock::UnixMillis, entity::EntityRef, error::Result};

/// The claims (JSON) of a user, as of their last sign-in.
pub async fn user_claims(db: &Db, user: &EntityRef) -> Result<Option<String>> {
    const SQL: &str = "SELECT claims FROM user_info WHERE user_entity_ref = $1";
    Ok(on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(user.as_str())
        .fetch_optional(pool)
        .await)?)
}

/// Keeps the claims of a user; earlier ones go.
pub async fn put_user_claims(
    tx: &mut Tx,
    user: &EntityRef,
    claims: &str,
    now: UnixMillis,
) -> Result<()> {
    const SQL: &str = "INSERT INTO user_info (user_entity_ref, claims, updated_at) VALUES ($1, $2, $3) ON CONFLICT (user_entity_ref) DO UPDATE SET claims = excluded.claims, updated_at = excluded.updated_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(user.as_str())
        .bind(claims)
        .bind(now.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
