//! Secrets: used by steps, seen nowhere.

use serde_json::json;
use sqlx::AssertSqlSafe;

use callboard::store::Db;

use crate::support::runs::{ended, portal, said, start_with, template, until};

const SECRET: &str = "hunter2-is-no-password";

/// Every text of every table of runs.
pub(crate) async fn dump(db: &Db) -> String {
    let mut all = String::new();
    for (table, columns) in [
        ("runs", "spec"),
        (
            "run_steps",
            "coalesce(input, '') || coalesce(output, '') || coalesce(error, '') || coalesce(items, '')",
        ),
        ("run_effects", "effect || observed || coalesce(outcome, '')"),
        ("run_events", "body"),
        ("run_waits", "question"),
        ("run_secrets", "name || sealed"),
        ("run_workspaces", "manifest"),
    ] {
        let sql = AssertSqlSafe(format!("SELECT {columns} FROM {table}"));
        let rows: Vec<String> = match db {
            Db::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_all(read).await,
            Db::Postgres { read: pool, .. } => sqlx::query_scalar(sql).fetch_all(pool).await,
        }
        .expect("read");
        all.push_str(&rows.join("\n"));
    }
    let blobs: Vec<Vec<u8>> = match db {
        Db::Sqlite { read, .. } => {
            sqlx::query_scalar("SELECT content FROM run_blobs")
                .fetch_all(read)
                .await
        }
        Db::Postgres { read: pool, .. } => {
            sqlx::query_scalar("SELECT content FROM run_blobs")
                .fetch_all(pool)
                .await
        }
    }
    .expect("read");
    for blob in blobs {
        all.push_str(&String::from_utf8_lossy(&blob));
    }
    all
}

const STEPS: &str = r#"    - id: echo
      name: Echo
      action: debug:log
      input:
        message: "the secret is ${{ secrets.password }}, backwards ${{ secrets.password | upper }}"
    - id: write
      name: Write
      action: catalog:write
      input:
        entity: {kind: X, password: "${{ secrets.password }}"}
    - id: wait
      name: Wait
      action: debug:wait
      input: {minutes: 1}
    - id: list
      name: List
      action: debug:log
      input: {listWorkspace: with-contents}
  output:
    text:
      - {title: T, content: "${{ secrets.password }}"}
"#;

#[tokio::test]
async fn a_secret_is_never_in_clear() {
    let mut app = portal(&template("secret", STEPS)).start().await;
    let secrets = json!({"password": SECRET});
    let id = start_with(&app, "secret", json!({}), secrets).await;
    until(&app, &id, |run| run["status"] == "waiting").await;
    let kept = dump(&app.state().store).await;
    assert!(
        !kept.contains(SECRET) && kept.contains("given:password"),
        "{kept}"
    );
    // Whoever goes on opens it again.
    app.restart().await;
    app.clock().advance(60_000);
    assert_eq!(ended(&app, &id).await, "completed");
    let said = said(&app, &id).await;
    assert!(
        said.contains(&"info: the secret is ***, backwards HUNTER2-IS-NO-PASSWORD".to_owned()),
        "{said:#?}"
    );
    assert!(
        said.iter().any(|line| line.contains("password: ***")),
        "{said:#?}"
    );
    let kept = dump(&app.state().store).await;
    assert!(!kept.contains(SECRET) && !kept.contains("given:password"));
}

#[tokio::test]
async fn without_a_key_a_run_with_secrets_is_refused_naming_it() {
    use axum::http::Method;
    if std::env::var_os("TEST_DATABASE_URL").is_none() {
        return; // SQLite has a key file.
    }
    let app = portal(&template("secret", STEPS))
        .with(|config| config.callboard.encryption_key = None)
        .start()
        .await;
    let body = json!({"templateRef": "template:default/secret", "values": {}, "secrets": {"password": SECRET}});
    let answer = app
        .send(Method::POST, "/api/scaffolder/v2/tasks", body)
        .await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("callboard.encryptionKey"));
}
