//! The database the configuration names, opened; made first where that is asked for.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, postgres::PgConnectOptions};
use tempfile::TempDir;

use crate::{
    config::{Config, Database},
    error::{Error, Result},
    store::Db,
};

/// An open database, and the folder it vanishes with if it is a temporary one.
pub(super) struct Opened {
    pub(super) db: Db,
    pub(super) temporary: Option<TempDir>,
}

/// Opens and migrates. A PostgreSQL database or schema that is missing is made, if the configuration lets us.
pub(super) async fn open(config: &Config) -> Result<Opened> {
    match &config.backend.database {
        Database::Sqlite { file } => Ok(Opened {
            db: Db::open_sqlite(file).await?,
            temporary: None,
        }),
        Database::Temporary => {
            let folder = tempfile::Builder::new()
                .prefix("callboard-")
                .tempdir()
                .map_err(Error::internal)?;
            let db = Db::open_sqlite(&folder.path().join("callboard.sqlite")).await?;
            Ok(Opened {
                db,
                temporary: Some(folder),
            })
        }
        Database::Postgres {
            options,
            create,
            schema,
        } => {
            if *create {
                create_database(options).await?;
            }
            let options = match schema {
                Some(schema) => {
                    create_schema(options, schema).await?;
                    options.as_ref().clone().options([("search_path", schema)])
                }
                None => options.as_ref().clone(),
            };
            Ok(Opened {
                db: Db::open_postgres(options).await?,
                temporary: None,
            })
        }
    }
}

/// Makes the database if the server does not have it.
async fn create_database(options: &PgConnectOptions) -> Result<()> {
    let Some(name) = options.get_database() else {
        return Ok(());
    };
    if options.connect().await.is_ok() {
        return Ok(());
    }
    let mut server = options
        .clone()
        .database("postgres")
        .connect()
        .await
        .map_err(|source| unreachable(options, &source))?;
    let sql = format!("CREATE DATABASE {}", quoted(name));
    match server.execute(AssertSqlSafe(sql)).await {
        Ok(_) => {}
        Err(sqlx::Error::Database(fault)) if fault.code().as_deref() == Some("42P04") => {} // another node was first
        Err(source) => return Err(unreachable(options, &source)),
    }
    server.close().await.map_err(Error::internal)
}

async fn create_schema(options: &PgConnectOptions, schema: &str) -> Result<()> {
    let mut connection = options
        .connect()
        .await
        .map_err(|source| unreachable(options, &source))?;
    let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema));
    connection
        .execute(AssertSqlSafe(sql))
        .await
        .map_err(|source| unreachable(options, &source))?;
    connection.close().await.map_err(Error::internal)
}

/// A name as an SQL identifier: it comes from the configuration, and may hold anything.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn unreachable(options: &PgConnectOptions, source: &sqlx::Error) -> Error {
    Error::ServiceUnavailable(format!(
        "PostgreSQL at {}:{} cannot be used: {source}. Check backend.database.connection in app-config.yaml and that the server runs; the user needs the right to make the database {}, or make it beforehand and set backend.database.ensureExists to false.",
        options.get_host(),
        options.get_port(),
        options.get_database().unwrap_or("(none)")
    ))
}
