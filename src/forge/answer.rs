//! What a host answers, received within bounds. What it is worth is judged in `refusal`.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{
    Response, StatusCode,
    header::{ETAG, HeaderMap, RETRY_AFTER},
};
use serde::de::DeserializeOwned;

use super::{ForgeError, ForgeErrorKind, Result};
use crate::clock::UnixMillis;

/// A host that does not say how long gets a minute, as GitHub advises.
pub(super) const UNSAID_WAIT: Duration = Duration::from_mins(1);

/// An answer, whole.
pub(super) struct Answer {
    /// A success, or 304.
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
}

/// Why an answer is not whole.
pub(super) enum BrokenOff {
    TooLarge,
    Lost(reqwest::Error),
}

/// How long the host asks to be left alone; `None` if it does not.
///
/// 429 always does; 403 (GitHub) where it says how long, or that nothing remains.
pub(super) fn asked_wait(response: &Response, now: UnixMillis) -> Option<Duration> {
    let headers = response.headers();
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let remains = ["x-ratelimit-remaining", "ratelimit-remaining"]
        .into_iter()
        .find_map(number);
    let is_asked = match response.status() {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => headers.contains_key(RETRY_AFTER) || remains == Some(0),
        _ => false,
    };
    if !is_asked {
        return None;
    }
    let seconds = number(RETRY_AFTER.as_str()).or_else(|| {
        let reset = ["x-ratelimit-reset", "ratelimit-reset"]
            .into_iter()
            .find_map(number)?;
        Some(reset - now.0.div_euclid(1000))
    });
    let Some(seconds) = seconds else {
        return Some(UNSAID_WAIT);
    };
    Some(Duration::from_secs(
        seconds.clamp(1, 24 * 3600).unsigned_abs(),
    ))
}

/// Reads the body, up to a limit.
pub(super) async fn receive(mut response: Response, limit: usize) -> Result<Answer, BrokenOff> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BrokenOff::Lost)? {
        if bytes.len() + chunk.len() > limit {
            return Err(BrokenOff::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        headers,
        bytes: bytes.into(),
    })
}

impl Answer {
    /// From JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, host: &str) -> Result<T> {
        serde_json::from_slice(&self.bytes).map_err(|fault| {
            ForgeError::new(
                ForgeErrorKind::NotTheApi,
                host,
                format!("{host} answers what cannot be understood: {fault}."),
                "See whether `baseUrl` leads to the product it is configured as, and whether its version is supported.",
            )
        })
    }

    /// A header, as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The ETag, as it is sent back.
    pub(super) fn etag(&self) -> Option<String> {
        self.header(ETAG.as_str()).map(str::to_owned)
    }

    /// GitHub's limit of another kind, which it may tell by words alone.
    pub(super) fn is_secondary_limit(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.text_says("secondary rate limit")
    }

    fn text_says(&self, words: &str) -> bool {
        let shown = &self.bytes[..self.bytes.len().min(4096)];
        String::from_utf8_lossy(shown).contains(words)
    }

    pub(super) fn is_not_modified(&self) -> bool {
        self.status == StatusCode::NOT_MODIFIED
    }
}

/// An instant as an API writes it (RFC 3339); none where it writes the year 1 or 1970, by which Gitea means none.
pub(super) fn instant(written: Option<&str>) -> Option<UnixMillis> {
    let at: jiff::Timestamp = written?.parse().ok()?;
    let ms = at.as_millisecond();
    (ms > 0).then_some(UnixMillis(ms))
}
