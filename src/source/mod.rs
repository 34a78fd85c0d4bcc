//! Locations in, text and revisions out: files, repositories, globs, HTTP. It parses no meaning.
//!
//! Files are read only under allowed roots, URLs only from configured hosts, both up to [`MAX_FILE_BYTES`]
//! and with a time limit. What cannot be read says why and what to do.

mod error;
mod file;
mod git;
mod glob;
mod http;
mod watch;

use std::{path::PathBuf, sync::Arc};

use ::url::Url;

pub use error::{Missing, SourceError};
pub use file::Stamp;
pub use watch::Watcher;

use crate::{entity::LocationRef, forge::Forges};

/// No descriptor and no included file is larger: 10 MiB.
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;

/// What was read.
#[derive(Debug, Clone)]
pub struct Content {
    /// The text, UTF-8.
    pub text: String,
    /// What the host sent to recognise it by.
    pub etag: Option<String>,
    /// The commit it was read at, where it lies in a repository.
    pub revision: Option<String>,
    /// Git's hash of it, where it lies in a repository.
    pub blob: Option<String>,
}

/// What is known of a file from the last time, to ask whether it changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// What the host sent to recognise it by.
    pub etag: Option<&'a str>,
    /// The commit it was read at.
    pub revision: Option<&'a str>,
    /// Git's hash of it.
    pub blob: Option<&'a str>,
}

/// What reading a file again came to.
#[derive(Debug, Clone)]
pub enum Reading {
    /// It was read.
    Found(Content),
    /// It is as it was.
    Unchanged {
        /// The commit that was found out at, where it lies in a repository.
        revision: Option<String>,
        /// Whether that is the commit of the last time: then everything beside it is as it was, too.
        is_same_commit: bool,
    },
}

/// Reads locations. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    roots: Arc<[PathBuf]>,
    http: http::HttpReader,
    git: git::GitReader,
}

impl Reader {
    /// A reader of the files under `roots`, of repositories on `forges`, and of the URLs that `allows` says yes to.
    pub fn new(
        roots: impl IntoIterator<Item = PathBuf>,
        allows: impl Fn(&Url) -> bool + Send + Sync + 'static,
        forges: Forges,
    ) -> Self {
        // A root that does not exist has no files to read.
        let roots = roots
            .into_iter()
            .filter_map(|root| root.canonicalize().ok())
            .collect();
        let connections = forges.connections().clone();
        Self {
            roots,
            http: http::HttpReader::new(connections, Arc::new(allows)),
            git: git::GitReader::new(forges),
        }
    }

    /// The same reader for one reconcile, refresh or check: it asks once where each branch is.
    #[must_use]
    pub fn looking_once(&self) -> Self {
        Self {
            git: self.git.looking_once(),
            ..self.clone()
        }
    }

    /// Reads a location.
    pub async fn read(&self, location: &LocationRef) -> Result<Content, SourceError> {
        match self.read_if_changed(location, &Known::default()).await? {
            Reading::Found(content) => Ok(content),
            // Nothing was known that it could be the same as.
            Reading::Unchanged { .. } => Err(SourceError::interrupted(&location.to_string())),
        }
    }

    /// Reads a location, unless it is as it was.
    pub async fn read_if_changed(
        &self,
        location: &LocationRef,
        known: &Known<'_>,
    ) -> Result<Reading, SourceError> {
        match location.kind.as_str() {
            "file" => {
                let (roots, path) = (self.roots.clone(), PathBuf::from(&location.target));
                tokio::task::spawn_blocking(move || file::read(&roots, &path))
                    .await
                    .map_err(|_| SourceError::interrupted(&location.to_string()))?
                    .map(Reading::Found)
            }
            "url" => match self.git.file(&location.target) {
                Some(file) => self.git.read(&file, known).await,
                None if self.http.may_read(&location.target) => {
                    self.http.read(&location.target, known.etag).await
                }
                None => Err(self.refusal(&location.target)),
            },
            other => Err(SourceError::unknown_type(other)),
        }
    }

    /// Whether two locations are files of the same revision of one repository: they change together.
    #[must_use]
    pub fn are_beside(&self, one: &LocationRef, other: &LocationRef) -> bool {
        let place = self.git.place(&one.target);
        place.is_some() && place == self.git.place(&other.target)
    }

    /// Whether two locations are files of two different repositories of hosts we know.
    #[must_use]
    pub fn are_strangers(&self, one: &LocationRef, other: &LocationRef) -> bool {
        match (self.git.place(&one.target), self.git.place(&other.target)) {
            (Some(one), Some(other)) => (one.0, one.1) != (other.0, other.1),
            _ => false,
        }
    }

    fn refusal(&self, target: &str) -> SourceError {
        let refusal = self.git.refusal(target);
        refusal.unwrap_or_else(|| http::not_allowed(target))
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
            "url" => match self.git.file(&location.target) {
                Some(file) => {
                    let targets = self.git.expand(&file).await?.into_iter();
                    let location = |target| LocationRef {
                        kind: "url".to_owned(),
                        target,
                    };
                    Ok(targets.map(location).collect())
                }
                None => Err(http::no_patterns()),
            },
            _ => Ok(vec![location.clone()]),
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
