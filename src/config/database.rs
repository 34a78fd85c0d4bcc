//! `backend.database`: what Backstage's configuration says, for one database instead of one a plugin.

use std::{path::PathBuf, str::FromStr};

use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{Database, reader::Section};

const DEFAULT_PREFIX: &str = "backstage_plugin_";
/// Ours, beside those of Backstage's plugins.
const NAME: &str = "callboard";

/// The database, and its folder if it has one.
pub(super) fn read(backend: Section<'_>) -> Database {
    backend.section("database", |database| {
        if database.is_absent() {
            return Database::Temporary;
        }
        match database.required_text("client") {
            Some("better-sqlite3" | "sqlite3") => sqlite(database),
            Some("pg") => postgres(database),
            Some(other) => {
                database.problem("client", format!("is “{other}”. Callboard runs on `better-sqlite3` (embedded SQLite) and `pg` (PostgreSQL)."));
                Database::Temporary
            }
            None => Database::Temporary,
        }
    })
}

fn sqlite(database: Section<'_>) -> Database {
    match database.get("connection") {
        None => Database::Temporary,
        Some(Value::String(text)) if text == ":memory:" => Database::Temporary,
        Some(Value::String(file)) => Database::Sqlite {
            file: PathBuf::from(file),
        },
        Some(Value::Object(_)) => database.section("connection", |connection| {
            if let Some(directory) = connection.text("directory") {
                return Database::Sqlite {
                    file: PathBuf::from(directory).join(format!("{NAME}.sqlite")),
                };
            }
            match connection.required_text("filename") {
                Some(":memory:") | None => Database::Temporary,
                Some(file) => Database::Sqlite {
                    file: PathBuf::from(file),
                },
            }
        }),
        Some(_) => {
            database.problem(
                "connection",
                "must be ':memory:', a file, or `{directory: …}`.",
            );
            Database::Temporary
        }
    }
}

fn postgres(database: Section<'_>) -> Database {
    let options = match database.get("connection") {
        Some(Value::String(url)) => PgConnectOptions::from_str(url)
            .map_err(|fault| {
                database.problem("connection", format!("is no PostgreSQL address: {fault}."));
            })
            .ok(),
        Some(Value::Object(_)) => Some(database.section("connection", connection)),
        _ => {
            database.problem("connection", "is missing. Write `host`, `port`, `user` and `password`, or a postgres:// address.");
            None
        }
    };
    let options = options
        .unwrap_or_else(PgConnectOptions::new_without_pgpass)
        .application_name(NAME);
    let by_schema = database
        .choice(
            "pluginDivisionMode",
            &[("database", false), ("schema", true)],
        )
        .unwrap_or(false);
    if by_schema {
        let schema = format!(
            "{}{NAME}",
            database.text("schemaPrefix").unwrap_or_default()
        );
        return Database::Postgres {
            options: Box::new(options),
            create: false,
            schema: Some(schema),
        };
    }
    let name = format!(
        "{}{NAME}",
        database.text("prefix").unwrap_or(DEFAULT_PREFIX)
    );
    Database::Postgres {
        options: Box::new(options.database(&name)),
        create: database.bool("ensureExists").unwrap_or(true),
        schema: None,
    }
}

fn connection(connection: Section<'_>) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass();
    if connection
        .text("type")
        .is_some_and(|kind| kind != "default")
    {
        connection.problem(
            "type",
            "names a cloud's sign-in, which is not supported. Give `user` and `password`.",
        );
    }
    if let Some(host) = connection.text("host") {
        options = options.host(host);
    }
    if let Some(port) = connection.whole("port") {
        match u16::try_from(port) {
            Ok(port) => options = options.port(port),
            Err(_) => connection.problem("port", "is no port: ports end at 65535."),
        }
    }
    if let Some(user) = connection.text("user") {
        options = options.username(user);
    }
    if let Some(password) = connection.text("password") {
        options = options.password(password);
    }
    if let Some(database) = connection.text("database") {
        options = options.database(database);
    }
    match connection.get("ssl") {
        None => options,
        Some(Value::Bool(false)) => options.ssl_mode(PgSslMode::Disable),
        Some(Value::Object(_)) => connection.section("ssl", |ssl| {
            let options = match ssl.text("ca") {
                Some(ca) => options.ssl_root_cert_from_pem(ca.as_bytes().to_vec()),
                None => options,
            };
            let is_checked = ssl.bool("rejectUnauthorized").unwrap_or(true);
            options.ssl_mode(if is_checked {
                PgSslMode::VerifyFull
            } else {
                PgSslMode::Require
            })
        }),
        Some(_) => options.ssl_mode(if connection.bool("ssl").unwrap_or(true) {
            PgSslMode::VerifyFull
        } else {
            PgSslMode::Disable
        }),
    }
}
