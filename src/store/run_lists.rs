//! Lists of runs: filtered, ordered, paged.

use sqlx::QueryBuilder;

use super::{
    db::{Db, on_db},
    runs::{Run, RunRow},
};
use crate::error::Result;

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

/// Which runs. Runs that take others back are never among them.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
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
            "SELECT id, undoes, status, spec, template_ref, created_by, created_at, ended_at, heartbeat_at, attempt, cancel_requested FROM runs WHERE undoes IS NULL",
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
        let mut count = QueryBuilder::new("SELECT COUNT(*) FROM runs WHERE undoes IS NULL");
        push_conditions!(count, filter);
        count.build_query_scalar().fetch_one(pool).await
    })?;
    let found: Result<Vec<Run>> = rows.into_iter().map(Run::try_from).collect();
    Ok((found?, u64::try_from(total).unwrap_or_default()))
}
