//! How often templates were run, and how it ended.

use super::db::{Db, on_db};
use crate::{clock::UnixMillis, error::Result};

/// How often a template was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunCount {
    /// Ref of the template.
    pub template_ref: String,
    /// Runs that ended well.
    pub completed: i64,
    /// Runs that ended badly, or were cancelled.
    pub failed: i64,
}

/// The runs that ended, of those asked for since an instant, by template, at most 10,000 templates. Runs that take
/// others back do not count.
pub async fn run_counts(db: &Db, since: UnixMillis) -> Result<Vec<RunCount>> {
    const SQL: &str = "SELECT template_ref, CAST(SUM(CASE WHEN status = 'completed' THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS BIGINT) FROM runs WHERE undoes IS NULL AND created_at >= $1 AND status IN ('completed', 'failed') GROUP BY template_ref ORDER BY template_ref LIMIT 10000";
    let rows: Vec<(String, i64, i64)> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(since.0)
        .fetch_all(pool)
        .await)?;
    let count = |(template_ref, completed, failed)| RunCount {
        template_ref,
        completed,
        failed,
    };
    Ok(rows.into_iter().map(count).collect())
}
