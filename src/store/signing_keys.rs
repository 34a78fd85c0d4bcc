//! Keys that sign user tokens, shared by all nodes.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{clock::UnixMillis, error::Result};

/// A key that signs, or signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id, as tokens name it.
    pub kid: String,
    /// The public half, base64.
    pub public_key: String,
    /// The private half, encrypted; `None`: it stays in the process that made it.
    pub private_key: Option<String>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// From when on nothing it signed is valid.
    pub expires_at: UnixMillis,
}

#[derive(FromRow)]
struct SigningKeyRow {
    kid: String,
    public_key: String,
    private_key: Option<String>,
    created_at: i64,
    expires_at: i64,
}

impl From<SigningKeyRow> for SigningKey {
    fn from(row: SigningKeyRow) -> Self {
        Self {
            kid: row.kid,
            public_key: row.public_key,
            private_key: row.private_key,
            created_at: UnixMillis(row.created_at),
            expires_at: UnixMillis(row.expires_at),
        }
    }
}

/// Keys that are still good, newest first. Several nodes that sign make several.
pub async fn signing_keys(db: &Db, now: UnixMillis) -> Result<Vec<SigningKey>> {
    const SQL: &str = "SELECT kid, public_key, private_key, created_at, expires_at FROM signing_keys WHERE expires_at > $1 ORDER BY created_at DESC, kid LIMIT 1000";
    let rows: Vec<SigningKeyRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(now.0)
        .fetch_all(pool)
        .await)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One of them, by id.
pub async fn signing_key(db: &Db, kid: &str, now: UnixMillis) -> Result<Option<SigningKey>> {
    const SQL: &str = "SELECT kid, public_key, private_key, created_at, expires_at FROM signing_keys WHERE kid = $1 AND expires_at > $2";
    let row: Option<SigningKeyRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(kid)
        .bind(now.0)
        .fetch_optional(pool)
        .await)?;
    Ok(row.map(Into::into))
}

/// Adds one.
pub async fn add_signing_key(tx: &mut Tx, key: &SigningKey) -> Result<()> {
    const SQL: &str = "INSERT INTO signing_keys (kid, public_key, private_key, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(&key.kid)
        .bind(&key.public_key)
        .bind(&key.private_key)
        .bind(key.created_at.0)
        .bind(key.expires_at.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets keys that are no longer good.
pub async fn delete_expired_keys(tx: &mut Tx, now: UnixMillis) -> Result<()> {
    const SQL: &str = "DELETE FROM signing_keys WHERE expires_at <= $1";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(now.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
