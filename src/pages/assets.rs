//! The stylesheet, the script, htmx and the icon of the site: embedded, named with the hash of their
//! content, cached for a year.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    extract::RawPathParams,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::PageError;
use crate::{error::Error, urls};

/// The files of `static/`.
#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// The name under which htmx is served; its bytes come from a crate.
const HTMX: &str = "htmx.js";

/// The one stylesheet there is, and the files it is made of, in the order of the cascade.
const STYLESHEET: &str = "callboard.css";
const STYLES: [&str; 3] = [STYLESHEET, "detail.css", "create.css"];

/// The addresses every page needs.
pub(crate) struct Assets {
    /// `callboard.css`
    pub(crate) stylesheet: String,
    /// `callboard.js`
    pub(crate) script: String,
    /// htmx.
    pub(crate) htmx: String,
    /// The icon of the site.
    pub(crate) favicon: String,
}

/// The addresses, with the hashes of this build.
pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    stylesheet: address(STYLESHEET),
    script: address("callboard.js"),
    htmx: address(HTMX),
    favicon: address("favicon.svg"),
});

struct Asset {
    bytes: Cow<'static, [u8]>,
    hash: String,
    content_type: Cow<'static, str>,
}

fn asset(name: &str) -> Option<Asset> {
    if name == HTMX {
        let htmx = wavefunk_ui::assets::get(wavefunk_ui::assets::HTMX_SCRIPT_PATH)?;
        let etag = wavefunk_ui::assets::etag(wavefunk_ui::assets::HTMX_SCRIPT_PATH)?;
        return Some(Asset {
            bytes: htmx.bytes,
            hash: etag.trim_matches('"').chars().take(12).collect(),
            content_type: htmx.content_type.into(),
        });
    }
    if name == STYLESHEET {
        let bytes: Vec<u8> = STYLES
            .iter()
            .filter_map(|part| Files::get(part))
            .flat_map(|part| part.data.into_owned())
            .collect();
        return Some(Asset {
            hash: hex(&ring::digest::digest(&ring::digest::SHA256, &bytes).as_ref()[..6]),
            content_type: with_charset("text/css"),
            bytes: bytes.into(),
        });
    }
    Files::get(name).map(|EmbeddedFile { data, metadata }| Asset {
        hash: hex(&metadata.sha256_hash()[..6]),
        content_type: with_charset(metadata.mimetype()),
        bytes: data,
    })
}

fn address(name: &str) -> String {
    let hash = asset(name).map(|asset| asset.hash).unwrap_or_default();
    urls::static_file(name, &hash)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

fn with_charset(mimetype: &str) -> Cow<'static, str> {
    if mimetype.starts_with("text/") {
        format!("{mimetype}; charset=utf-8").into()
    } else {
        mimetype.to_owned().into()
    }
}

/// Answers [`urls::STATIC`]. An address with the hash of what it names never changes its meaning.
pub(super) async fn serve(params: RawPathParams, uri: Uri) -> Result<Response, PageError> {
    let name = params.iter().next().map_or("", |(_, name)| name);
    let Some(asset) = asset(name) else {
        return Err(Error::NotFound(format!("There is no file {name}")).into());
    };
    let is_current = uri.query() == Some(&format!("v={}", asset.hash));
    let cache = if is_current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, asset.content_type.into_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((StatusCode::OK, headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, asset};

    #[test]
    fn every_address_of_the_frame_names_an_embedded_file_and_its_hash() {
        for address in [
            &ASSETS.stylesheet,
            &ASSETS.script,
            &ASSETS.htmx,
            &ASSETS.favicon,
        ] {
            let (name, hash) = address
                .strip_prefix("/static/")
                .and_then(|rest| rest.split_once("?v="))
                .expect("a name and a hash");
            let found = asset(name).unwrap_or_else(|| panic!("{name} is embedded"));
            assert_eq!(found.hash, hash);
            assert_eq!(hash.len(), 12, "{address}");
            assert!(!found.bytes.is_empty());
        }
    }
}
