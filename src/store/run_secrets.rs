//! What runs must know and nobody may read: encrypted by whoever brings it, erased when the run ends.

use super::db::{Db, Tx, on_db, on_tx};
use crate::error::Result;

/// Keeps an encrypted text under a name, over what was there.
pub async fn put_run_secret(tx: &mut Tx, run_id: &str, name: &str, sealed: &str) -> Result<()> {
    const SQL: &str = "INSERT INTO run_secrets (run_id, name, sealed) VALUES ($1, $2, $3) ON CONFLICT (run_id, name) DO UPDATE SET sealed = excluded.sealed";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(name)
        .bind(sealed)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// The encrypted texts of a run by name, at most 10,000.
pub async fn run_secrets(db: &Db, run_id: &str) -> Result<Vec<(String, String)>> {
    const SQL: &str =
        "SELECT name, sealed FROM run_secrets WHERE run_id = $1 ORDER BY name LIMIT 10000";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(run_id)
        .fetch_all(pool)
        .await)?)
}

/// Erases all of a run.
pub async fn delete_run_secrets(tx: &mut Tx, run_id: &str) -> Result<()> {
    const SQL: &str = "DELETE FROM run_secrets WHERE run_id = $1";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
