//! The text of every version of every file, by hash, compressed.

use super::db::{Db, Tx, on_db, on_tx};
use crate::error::{Error, Result};

/// A short name for a text: the first 128 bits of its SHA-256, in hex.
#[must_use]
pub fn text_hash(text: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text);
    digest.as_ref()[..16]
        .iter()
        .fold(String::with_capacity(32), |mut hex, byte| {
            hex.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            hex.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            hex
        })
}

/// Keeps a text under its hash; once is enough.
pub async fn put_text(tx: &mut Tx, hash: &str, text: &str) -> Result<()> {
    const SQL: &str =
        "INSERT INTO texts (hash, content) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
    let content = lz4_flex::compress_prepend_size(text.as_bytes());
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(hash)
        .bind(content)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// A kept text.
pub async fn text(db: &Db, hash: &str) -> Result<Option<String>> {
    const SQL: &str = "SELECT content FROM texts WHERE hash = $1";
    let content: Option<Vec<u8>> = on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(hash)
        .fetch_optional(pool)
        .await)?;
    let Some(content) = content else {
        return Ok(None);
    };
    let bytes = lz4_flex::decompress_size_prepended(&content).map_err(Error::internal)?;
    String::from_utf8(bytes).map(Some).map_err(Error::internal)
}
