//! Files as people look through them: filtered, counted, by root.
//!
//! Verdicts are JSON text in SQL; whether a file has one of a kind is told by that text alone, because a
//! message that quotes it has its quotes escaped.

use std::collections::HashSet;

use sqlx::{FromRow, QueryBuilder};

use super::{
    db::{Db, on_db},
    files::{File, FileRow, FileSummary},
};
use crate::error::Result;

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileState {
    /// All.
    #[default]
    Any,
    /// Those that cannot be read or have refused documents.
    Broken,
    /// Those that lost a ref to another file.
    Conflicting,
}

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFilter {
    /// A part of the location ref, in any case; empty: all.
    pub text: String,
    /// Location ref of the root; empty: all.
    pub origin: String,
    /// What became of them.
    pub state: FileState,
}

/// How many files there are of each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromRow)]
pub struct FileCounts {
    /// All.
    pub files: i64,
    /// As [`FileState::Broken`].
    pub broken: i64,
    /// As [`FileState::Conflicting`].
    pub conflicting: i64,
}

/// The files of a root.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct RootFiles {
    /// Location ref of the root.
    pub origin: String,
    /// How many.
    #[sqlx(flatten)]
    pub counts: FileCounts,
}

/// As SQL binds it: part of the ref, root, state.
fn bound(filter: &FileFilter) -> (String, &str, i64) {
    let text = filter.text.to_lowercase();
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let state = match filter.state {
        FileState::Any => 0,
        FileState::Broken => 1,
        FileState::Conflicting => 2,
    };
    (format!("%{escaped}%"), &filter.origin, state)
}

/// Files in the order of their refs, at most `limit`, after `offset` others.
pub async fn files_matching(
    db: &Db,
    filter: &FileFilter,
    offset: u32,
    limit: u32,
) -> Result<Vec<FileSummary>> {
    const SQL: &str = r#"SELECT location_ref, origin, fingerprint, text_hash, etag, revision, blob, error, documents, dependencies, read_at, changed_at FROM files WHERE lower(location_ref) LIKE $1 ESCAPE '\' AND ($2 = '' OR origin = $2) AND ($3 = 0 OR ($3 = 1 AND (error IS NOT NULL OR documents LIKE '%"verdict":"refused"%')) OR ($3 = 2 AND documents LIKE '%"verdict":"conflict"%')) ORDER BY location_ref LIMIT $4 OFFSET $5"#;
    let (text, origin, state) = bound(filter);
    let rows: Vec<FileRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(&text)
        .bind(origin)
        .bind(state)
        .bind(i64::from(limit))
        .bind(i64::from(offset))
        .fetch_all(pool)
        .await)?;
    rows.into_iter()
        .map(|row| Ok(FileSummary::from(File::try_from(row)?)))
        .collect()
}

/// How many files match, of each state whatever state is asked for.
pub async fn count_files(db: &Db, filter: &FileFilter) -> Result<FileCounts> {
    const SQL: &str = r#"SELECT COUNT(*) AS files, CAST(COALESCE(SUM(CASE WHEN error IS NOT NULL OR documents LIKE '%"verdict":"refused"%' THEN 1 ELSE 0 END), 0) AS BIGINT) AS broken, CAST(COALESCE(SUM(CASE WHEN documents LIKE '%"verdict":"conflict"%' THEN 1 ELSE 0 END), 0) AS BIGINT) AS conflicting FROM files WHERE lower(location_ref) LIKE $1 ESCAPE '\' AND ($2 = '' OR origin = $2)"#;
    let (text, origin, _) = bound(filter);
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(&text)
        .bind(origin)
        .fetch_one(pool)
        .await)?)
}

/// The files of every root, by state.
pub async fn files_by_root(db: &Db) -> Result<Vec<RootFiles>> {
    const SQL: &str = r#"SELECT origin, COUNT(*) AS files, CAST(SUM(CASE WHEN error IS NOT NULL OR documents LIKE '%"verdict":"refused"%' THEN 1 ELSE 0 END) AS BIGINT) AS broken, CAST(SUM(CASE WHEN documents LIKE '%"verdict":"conflict"%' THEN 1 ELSE 0 END) AS BIGINT) AS conflicting FROM files GROUP BY origin ORDER BY origin"#;
    Ok(on_db!(db, |pool| sqlx::query_as(SQL)
        .fetch_all(pool)
        .await)?)
}

/// Which of these location refs are those of known files.
pub async fn known_files(db: &Db, location_refs: &[&str]) -> Result<HashSet<String>> {
    let mut known = HashSet::new();
    for chunk in location_refs.chunks(500) {
        let found: Vec<String> = on_db!(db, |pool| {
            let mut select =
                QueryBuilder::new("SELECT location_ref FROM files WHERE location_ref IN (");
            let mut list = select.separated(", ");
            for location_ref in chunk {
                list.push_bind(*location_ref);
            }
            select.push(")");
            select.build_query_scalar().fetch_all(pool).await
        })?;
        known.extend(found);
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::{FileFilter, bound};

    #[test]
    fn what_is_looked_for_is_no_pattern() {
        let filter = FileFilter {
            text: r"50%_A\b".to_owned(),
            ..FileFilter::default()
        };
        assert_eq!(bound(&filter).0, r"%50\%\_a\\b%");
    }
}
