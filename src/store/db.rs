//! The two databases behind one type: opening, migrating, transactions.

use std::{path::Path, time::Duration};

use sqlx::{
    PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    pool::PoolOptions,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::error::{Error, Result};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Taken by every writing transaction on PostgreSQL. Any constant will do.
const WRITER_LOCK: &str = "SELECT pg_advisory_xact_lock(20261124)";

/// SQLite's own caches, each connection's, in negative KiB. The system caches the file as well; the writer's has room
/// for what one transaction changes, and is emptied by [`Db::rest`].
const WRITE_CACHE: &str = "-16000";
const READ_CACHE: &str = "-256";
/// Pages of 4 KiB in the write-ahead log until they are folded into the file: what is changed by many transactions,
/// as indexes are, is then written there once. What is larger is cut off when the log begins anew.
const CHECKPOINT_PAGES: &str = "16000";
const LOG_BYTES: &str = "16000000";

/// An open database. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Db {
    /// The embedded one: a single writer, many readers.
    Sqlite {
        /// One connection.
        write: SqlitePool,
        /// Read-only connections.
        read: SqlitePool,
    },
    /// For several nodes: a single writer of this one, many readers.
    Postgres {
        /// One connection: who waits for the writers' lock takes none from readers.
        write: PgPool,
        /// For everything else.
        read: PgPool,
    },
}

/// A writing transaction. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite's one writing connection.
    Sqlite(Transaction<'static, Sqlite>),
    /// Under the writer's advisory lock.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs the same expression on whichever pool is there.
macro_rules! on_db {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite { read: $pool, .. } => $body,
            $crate::store::Db::Postgres { read: $pool, .. } => $body,
        }
    };
}

/// Runs the same expression on whichever transaction is there.
macro_rules! on_tx {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::store::Tx::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}

pub(crate) use {on_db, on_tx};

impl Db {
    /// Opens, and where needed creates and migrates, a SQLite file.
    pub async fn open_sqlite(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let write = PoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(
                options
                    .clone()
                    .pragma("cache_size", WRITE_CACHE)
                    .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
                    .pragma("journal_size_limit", LOG_BYTES)
                    // What it takes to undo a statement, too.
                    .pragma("temp_store", "MEMORY"),
            )
            .await
            .map_err(|source| cannot_open(&file.display().to_string(), &source))?;
        SQLITE_MIGRATIONS
            .run(&write)
            .await
            .map_err(|source| cannot_migrate(&source))?;
        let read = PoolOptions::new()
            .max_connections(4)
            .connect_lazy_with(options.pragma("cache_size", READ_CACHE).read_only(true));
        Ok(Self::Sqlite { write, read })
    }

    /// A SQLite database that is in no file, and gone with the handle. It has one connection for all.
    pub async fn open_in_memory() -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .in_memory(true)
            .foreign_keys(true);
        let one = PoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(options)
            .await
            .map_err(|source| cannot_open("memory", &source))?;
        SQLITE_MIGRATIONS
            .run(&one)
            .await
            .map_err(|source| cannot_migrate(&source))?;
        Ok(Self::Sqlite {
            write: one.clone(),
            read: one,
        })
    }

    /// Connects to PostgreSQL and migrates. Tables live in the first schema of the search path.
    pub async fn open_postgres(options: PgConnectOptions) -> Result<Self> {
        let named = options.get_host().to_owned();
        let write = PoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(|source| cannot_open(&named, &source))?;
        POSTGRES_MIGRATIONS
            .run(&write)
            .await
            .map_err(|source| cannot_migrate(&source))?;
        let read = PoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options);
        Ok(Self::Postgres { write, read })
    }

    /// Begins a writing transaction; waits for the writer before it.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres { write, .. } => {
                let mut transaction = write.begin().await?;
                sqlx::query(WRITER_LOCK).execute(&mut *transaction).await?;
                Tx::Postgres(transaction)
            }
        })
    }

    /// After much was written: folds it into the file, and gives back the memory that took.
    pub async fn rest(&self) -> Result<()> {
        if let Self::Sqlite { write, .. } = self {
            for pragma in ["PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA shrink_memory"] {
                sqlx::query(pragma).execute(write).await?;
            }
        }
        Ok(())
    }

    /// Closes every connection; on SQLite the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

impl Tx {
    /// Makes it so.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

fn cannot_open(what: &str, source: &sqlx::Error) -> Error {
    Error::ServiceUnavailable(format!(
        "The database {what} cannot be opened: {source}. Check backend.database in app-config.yaml, and that the server runs or the folder can be written to."
    ))
}

fn cannot_migrate(source: &MigrateError) -> Error {
    match source {
        MigrateError::VersionMissing(version) => Error::Conflict(format!(
            "The database has schema {version}, which is newer than this program knows. Start the version of Callboard that made it, or a later one, or restore the backup made before the upgrade."
        )),
        MigrateError::VersionMismatch(version) => Error::Conflict(format!(
            "Migration {version} of the database is not the one of this program. Start the version of Callboard that made it."
        )),
        other => Error::ServiceUnavailable(format!(
            "The database schema cannot be brought up to date: {other}"
        )),
    }
}
