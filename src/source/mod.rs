//! Locations in, text and revisions out: files, globs, HTTP. It parses no meaning.
//!
//! Files are read only under allowed roots, URLs only from allowed hosts, both up to [`MAX_FILE_BYTES`]
//! and with a time limit. What cannot be read says why and what to do.

mod error;
mod file;
mod glob;
mod http;
mod local;
mod watch;

use std::{path::PathBuf, sync::Arc};

use ::url::Url;

pub use error::{Missing, SourceError};
pub use file::Stamp;
pub use watch::Watcher;

use crate::{entity::LocationRef, forge::LocalHost};

/// No descriptor and no included file is larger: 10 MiB.
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;

/// What was read.
#[derive(Debug, Clone)]
pub struct Content {
    /// The text, UTF-8.
    pub text: String,
    /// What the host sent to recognise it by.
    pub etag: Option<String>,
}

/// Reads locations. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    roots: Arc<[PathBuf]>,
    http: http::HttpReader,
    local: Option<LocalHost>,
}

impl Reader {
    /// A reader of the files under `roots` and of the URLs that `allows` says yes to.
    pub fn new(
        roots: impl IntoIterator<Item = PathBuf>,
        allows: impl Fn(&Url) -> bool + Send + Sync + 'static,
    ) -> crate::error::Result<Self> {
        // A root that does not exist has no files to read.
        let roots = roots
            .into_iter()
            .filter_map(|root| root.canonicalize().ok())
            .collect();
        Ok(Self {
            roots,
            http: http::HttpReader::new(Arc::new(allows))?,
            local: None,
        })
    }

    /// With the Git host inside the portal: its files are read in the process.
    #[must_use]
    pub fn with_local(self, local: Option<LocalHost>) -> Self {
        Self { local, ..self }
    }

    /// Reads a location. With the `etag` of the last time, an unchanged URL answers [`Missing::NotModified`].
    pub async fn read(
        &self,
        location: &LocationRef,
        etag: Option<&str>,
    ) -> Result<Content, SourceError> {
        match location.kind.as_str() {
            "file" => {
                let (roots, path) = (self.roots.clone(), PathBuf::from(&location.target));
                tokio::task::spawn_blocking(move || file::read(&roots, &path))
                    .await
                    .map_err(|_| SourceError::interrupted(&location.to_string()))?
            }
            "url" => self.read_url(&location.target, etag).await,
            other => Err(SourceError::unknown_type(other)),
        }
    }

    async fn read_url(&self, target: &str, etag: Option<&str>) -> Result<Content, SourceError> {
        if let Some(local) = &self.local
            && let Some(read) = local::read(local, target, etag).await
        {
            return read;
        }
        self.http.read(target, etag).await
    }

    /// The files a target stands for: itself, or for a pattern every file that matches, in order of their paths.
    pub async fn expand(&self, location: &LocationRef) -> Result<Vec<LocationRef>, SourceError> {
        if !glob::is_pattern(&location.target) {
            return Ok(vec![location.clone()]);
        }
        match location.kind.as_str() {
            "file" => {
                let (roots, pattern) = (self.roots.clone(), location.target.clone());
                let paths = tokio::task::spawn_blocking(move || glob::expand(&roots, &pattern))
                    .await
                    .map_err(|_| SourceError::interrupted(&location.to_string()))??;
                Ok(paths
                    .into_iter()
                    .map(|path| LocationRef {
                        kind: "file".into(),
                        target: path,
                    })
                    .collect())
            }
            _ => http::refuse_pattern(&location.target)
                .map_or_else(|| Ok(vec![location.clone()]), Err),
        }
    }

    /// A cheap sign of whether a file changed; `None` for what has none.
    #[must_use]
    pub fn stamp(&self, location: &LocationRef) -> Option<Stamp> {
        (location.kind == "file")
            .then(|| file::stamp(&PathBuf::from(&location.target)))
            .flatten()
    }
}

/// Whether a target stands for many files.
#[must_use]
pub fn is_pattern(target: &str) -> bool {
    glob::is_pattern(target)
}

/// The folder to watch for a pattern, and whether its subfolders matter.
#[must_use]
pub fn pattern_folder(pattern: &str) -> (PathBuf, bool) {
    let base = glob::base(pattern);
    (PathBuf::from(base), pattern[base.len()..].contains('/'))
}
