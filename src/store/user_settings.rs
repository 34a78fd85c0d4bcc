//! What people keep in the portal. Values are JSON texts.

use super::db::{Db, Tx, on_db, on_tx};
use crate::{clock::UnixMillis, entity::EntityRef, error::Result};

/// Where a value of a user is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingKey {
    /// `default.starredEntities`, say.
    pub bucket: String,
    /// `entityRefs`, say.
    pub key: String,
}

/// What a user keeps under a key.
pub async fn user_setting(db: &Db, user: &EntityRef, at: &SettingKey) -> Result<Option<String>> {
    const SQL: &str =
        "SELECT value FROM user_settings WHERE user_entity_ref = $1 AND bucket = $2 AND key = $3";
    Ok(on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(user.as_str())
        .bind(&at.bucket)
        .bind(&at.key)
        .fetch_optional(pool)
        .await)?)
}

/// How many values a user keeps.
pub async fn count_user_settings(db: &Db, user: &EntityRef) -> Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM user_settings WHERE user_entity_ref = $1";
    Ok(on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(user.as_str())
        .fetch_one(pool)
        .await)?)
}

/// Keeps a value; an earlier one under the same key goes.
pub async fn put_user_setting(
    tx: &mut Tx,
    user: &EntityRef,
    at: &SettingKey,
    value: &str,
    now: UnixMillis,
) -> Result<()> {
    const SQL: &str = "INSERT INTO user_settings (user_entity_ref, bucket, key, value, updated_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_entity_ref, bucket, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(user.as_str())
        .bind(&at.bucket)
        .bind(&at.key)
        .bind(value)
        .bind(now.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets a value, if there is one.
pub async fn delete_user_setting(tx: &mut Tx, user: &EntityRef, at: &SettingKey) -> Result<()> {
    const SQL: &str =
        "DELETE FROM user_settings WHERE user_entity_ref = $1 AND bucket = $2 AND key = $3";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(user.as_str())
        .bind(&at.bucket)
        .bind(&at.key)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
