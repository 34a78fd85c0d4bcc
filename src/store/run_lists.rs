//! Lists of runs: filtered, ordered, paged.

use sqlx::{FromRow, QueryBuilder};

use super::{
    db::{Db, on_db},
    runs::{Run, RunRow},
};
use crate::{clock::UnixMillis, error::Result};

/// No page is longer.
const MAX_LISTED: u32 = 10_000;

/// A field runs are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOrder {
    /// When it was asked for.
    CreatedAt,
    /// By the word.
    Status,
    /// By the user's ref.
    CreatedBy,
}

impl RunOrder {
    fn column(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::Status => "status",
            Self::CreatedBy => "created_by",
        }
    }
}

/// A field runs are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunGroup {
    /// How far they are.
    Status,
    /// Of which template.
    Template,
    /// For whom.
    CreatedBy,
}

impl RunGroup {
    fn column(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Template => "template_ref",
            Self::CreatedBy => "created_by",
        }
    }
}

/// Which runs.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Whether runs that take others back are among them. To Backstage's clients they are no tasks.
    pub with_undo_runs: bool,
    /// Asked for at this instant or later.
    pub since: Option<UnixMillis>,
    /// By one of these users; empty: anybody.
    pub created_by: Vec<String>,
    /// In one of these states; empty: any.
    pub status: Vec<String>,
    /// Of one of these templates; empty: any.
    pub template_ref: Vec<String>,
    /// By these fields, with whether downwards; then newest first.
    pub order: Vec<(RunOrder, bool)>,
}

/// Restricts a statement to what a filter lets through.
macro_rules! push_conditions {
    ($statement:expr, $filter:expr) => {
        $statement.push(if $filter.with_undo_runs {
            " WHERE TRUE"
        } else {
            " WHERE undoes IS NULL"
        });
        if let Some(since) = $filter.since {
            $statement.push(" AND created_at >= ");
            $statement.push_bind(since.0);
        }
        for (column, values) in [
            (" AND created_by IN (", &$filter.created_by),
            (" AND status IN (", &$filter.status),
            (" AND template_ref IN (", &$filter.template_ref),
        ] {
            if values.is_empty() {
                continue;
            }
            $statement.push(column);
            let mut list = $statement.separated(", ");
            for value in values {
                list.push_bind(value);
            }
            $statement.push(")");
        }
    };
}

/// A page of runs, and how many there are in all.
pub async fn runs(
    db: &Db,
    filter: &RunFilter,
    offset: u32,
    limit: Option<u32>,
) -> Result<(Vec<Run>, u64)> {
    let rows: Vec<RunRow> = on_db!(db, |pool| {
        let mut select = QueryBuilder::new(
            "SELECT id, undoes, status, spec, template_ref, created_by, created_at, ended_at, heartbeat_at, attempt, cancel_requested, template_commit FROM runs",
        );
        push_conditions!(select, filter);
        select.push(" ORDER BY ");
        for (field, is_down) in &filter.order {
            select.push(field.column());
            select.push(if *is_down {
                " DESC NULLS LAST, "
            } else {
                " ASC NULLS FIRST, "
            });
        }
        select.push("created_at DESC, id DESC LIMIT ");
        select.push_bind(i64::from(limit.unwrap_or(MAX_LISTED).min(MAX_LISTED)));
        select.push(" OFFSET ");
        select.push_bind(i64::from(offset));
        select.build_query_as().fetch_all(pool).await
    })?;
    let total: i64 = on_db!(db, |pool| {
        let mut count = QueryBuilder::new("SELECT COUNT(*) FROM runs");
        push_conditions!(count, filter);
        count.build_query_scalar().fetch_one(pool).await
    })?;
    let found: Result<Vec<Run>> = rows.into_iter().map(Run::try_from).collect();
    Ok((found?, u64::try_from(total).unwrap_or_default()))
}

/// How many runs a filter lets through by each value of a field, the most first, at most 200 values.
pub async fn count_runs_by(
    db: &Db,
    filter: &RunFilter,
    group: RunGroup,
) -> Result<Vec<(String, u64)>> {
    let column = group.column();
    let rows: Vec<(String, i64)> = on_db!(db, |pool| {
        let mut count = QueryBuilder::new("SELECT ");
        count.push(column);
        count.push(", COUNT(*) FROM runs");
        push_conditions!(count, filter);
        count
            .push(" AND ")
            .push(column)
            .push(" IS NOT NULL GROUP BY ");
        count.push(column).push(" ORDER BY 2 DESC, 1 LIMIT 200");
        count.build_query_as().fetch_all(pool).await
    })?;
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|(value, count)| (value, number(count)))
        .collect())
}

/// How a run ended, in few words.
#[derive(Debug, Clone, FromRow)]
pub struct RunEnding {
    /// `completed` or `failed`
    pub status: String,
    /// Ref of the user who asked for it.
    pub created_by: Option<String>,
    /// From when it was asked for until it ended, in milliseconds.
    pub took_ms: i64,
}

/// How the newest runs of a template ended, newest first. Those that waited for somebody took that long as well.
pub async fn run_endings(db: &Db, template_ref: &str, limit: u32) -> Result<Vec<RunEnding>> {
    const SQL: &str = "SELECT status, created_by, ended_at - created_at AS took_ms FROM runs WHERE template_ref = $1 AND undoes IS NULL AND ended_at IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT $2";
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(template_ref)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?)
}
