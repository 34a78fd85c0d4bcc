//! Who executes which run: claimed, kept, given back.

use super::db::{Tx, on_tx};
use crate::{clock::UnixMillis, error::Result};

/// A holder of leases, and how long its leases last.
#[derive(Debug, Clone, Copy)]
pub struct Lease<'a> {
    /// Unique to the process.
    pub holder: &'a str,
    /// Now.
    pub now: UnixMillis,
    /// When it is lost, unless it is kept.
    pub until: UnixMillis,
}

/// Claims the oldest runs nobody executes: open ones, those whose executor is gone, those whose wait is over.
/// Answers their ids, with whether each was open.
pub async fn claim_runs(tx: &mut Tx, lease: Lease<'_>, limit: u32) -> Result<Vec<(String, bool)>> {
    const FIND: &str = "SELECT id, status FROM runs WHERE status = 'open' OR (status = 'processing' AND (lease_holder IS NULL OR lease_until < $1)) OR (status = 'waiting' AND (cancel_requested OR EXISTS (SELECT 1 FROM run_waits WHERE run_waits.run_id = runs.id AND (run_waits.due_at <= $1 OR run_waits.answer IS NOT NULL)))) ORDER BY created_at, id LIMIT $2";
    const CLAIM: &str = "UPDATE runs SET status = 'processing', lease_holder = $2, lease_until = $3, heartbeat_at = $4 WHERE id = $1";
    let found: Vec<(String, String)> = on_tx!(tx, |connection| sqlx::query_as(FIND)
        .bind(lease.now.0)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await)?;
    for (id, _) in &found {
        on_tx!(tx, |connection| sqlx::query(CLAIM)
            .bind(id)
            .bind(lease.holder)
            .bind(lease.until.0)
            .bind(lease.now.0)
            .execute(connection)
            .await
            .map(drop))?;
    }
    Ok(found
        .into_iter()
        .map(|(id, status)| (id, status == "open"))
        .collect())
}

/// Prolongs all leases of a holder, and answers which of its runs are wanted stopped.
pub async fn keep_leases(tx: &mut Tx, lease: Lease<'_>) -> Result<Vec<String>> {
    const KEEP: &str = "UPDATE runs SET lease_until = $2, heartbeat_at = $3 WHERE lease_holder = $1 AND status = 'processing'";
    const STOPPED: &str = "SELECT id FROM runs WHERE lease_holder = $1 AND status = 'processing' AND cancel_requested ORDER BY id LIMIT 10000";
    on_tx!(tx, |connection| sqlx::query(KEEP)
        .bind(lease.holder)
        .bind(lease.until.0)
        .bind(lease.now.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(on_tx!(tx, |connection| sqlx::query_scalar(STOPPED)
        .bind(lease.holder)
        .fetch_all(connection)
        .await)?)
}

/// Whether `holder` executes a run, at the moment of this transaction.
pub async fn holds_run(tx: &mut Tx, id: &str, lease: Lease<'_>) -> Result<bool> {
    const SQL: &str =
        "SELECT id FROM runs WHERE id = $1 AND lease_holder = $2 AND lease_until >= $3";
    let found: Option<String> = on_tx!(tx, |connection| sqlx::query_scalar(SQL)
        .bind(id)
        .bind(lease.holder)
        .bind(lease.now.0)
        .fetch_optional(connection)
        .await)?;
    Ok(found.is_some())
}

/// Gives up all leases of a holder; with `None`, all there are: for who knows that no other process lives.
pub async fn release_runs(tx: &mut Tx, holder: Option<&str>) -> Result<()> {
    const SQL: &str = "UPDATE runs SET lease_holder = NULL, lease_until = NULL WHERE status = 'processing' AND ($1 = '' OR lease_holder = $1)";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(holder.unwrap_or_default())
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
