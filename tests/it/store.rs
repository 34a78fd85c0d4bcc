//! The two databases agree, and a database from the future is left alone.

use std::collections::BTreeMap;

use callboard::{config::Database, store::Db};
use sqlx::AssertSqlSafe;

use crate::support::TestApp;

async fn run_sql(db: &Db, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match db {
        Db::Sqlite { write, .. } => drop(
            sqlx::query(sql)
                .execute(write)
                .await
                .expect("the statement runs"),
        ),
        Db::Postgres { write, .. } => drop(
            sqlx::query(sql)
                .execute(write)
                .await
                .expect("the statement runs"),
        ),
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_not_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("callboard.sqlite");
    let db = Db::open_sqlite(&file).await.expect("opened");
    run_sql(
        &db,
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) VALUES (9999, 'future', CURRENT_TIMESTAMP, TRUE, x'00', 0)",
    )
    .await;
    db.close().await;
    let before = std::fs::read(&file).expect("read");
    let refused = Db::open_sqlite(&file)
        .await
        .expect_err("it is newer")
        .to_string();
    assert!(
        refused.contains("9999") && refused.contains("newer"),
        "{refused}"
    );
    assert_eq!(std::fs::read(&file).expect("read"), before);
}

/// Table and column of everything of ours.
async fn columns(db: &Db) -> BTreeMap<String, Vec<String>> {
    let rows: Vec<(String, String)> = match db {
        Db::Sqlite { read, .. } => sqlx::query_as(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2",
        )
        .fetch_all(read)
        .await
        .expect("the columns"),
        Db::Postgres { read: pool, .. } => sqlx::query_as(
            "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2",
        )
        .fetch_all(pool)
        .await
        .expect("the columns"),
    };
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in rows {
        if !table.starts_with('_') && !table.starts_with("sqlite_") {
            columns.entry(table).or_default().push(column);
        }
    }
    columns
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let app = TestApp::builder().start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = Db::open_sqlite(&folder.path().join("callboard.sqlite"))
        .await
        .expect("opened");
    let columns_here = columns(&app.state().store).await;
    assert!(columns_here.len() > 5, "{columns_here:?}");
    assert_eq!(columns_here, columns(&sqlite).await);
}

#[tokio::test]
async fn a_temporary_database_leaves_nothing_behind() {
    let app = TestApp::builder()
        .with(|config| {
            config.backend.database = Database::Temporary;
            config.callboard.local_git = false; // its repositories are kept
        })
        .start()
        .await;
    assert_eq!(app.get("/.backstage/health/v1/readiness").await.status, 200);
    assert!(!app.path("data").exists(), "no data folder is made for it");
}
