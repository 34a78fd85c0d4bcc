//! Where files are fetched from: beside the template, in a repository, at an address.

mod archive;
mod folder;
mod repository;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use url::Url;

use crate::{
    entity::{LocationRef, resolve_url},
    error::{Error, Result},
    forge::authority,
    scaffolder::{actions::ActionCall, workspace::EntryKind},
    source::SourceError,
};

/// Where relative addresses of a template count from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// The template's address.
    Url(String),
    /// The folder of the template's file: nothing outside is fetched.
    Folder(PathBuf),
    /// The files that came with a dry run.
    Files(DryFiles),
    /// Nowhere.
    Nowhere,
}

/// Files by path.
pub type DryFiles = Arc<BTreeMap<String, Vec<u8>>>;

/// Something that was fetched.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    /// From the fetched folder, with `/`.
    pub(super) path: String,
    pub(super) kind: EntryKind,
    /// Its content, or where a link leads.
    pub(super) content: Vec<u8>,
}

/// The commit of each repository address a step fetches: fixed when it is first asked for, and the same for every
/// address of one revision. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Pins(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    addresses: BTreeMap<String, String>,
    /// By repository and branch or tag.
    revisions: BTreeMap<String, String>,
}

impl Pins {
    /// As they were fixed before.
    #[must_use]
    pub fn new(addresses: BTreeMap<String, String>) -> Self {
        let revisions = BTreeMap::new();
        Self(Arc::new(Mutex::new(Known {
            addresses,
            revisions,
        })))
    }

    /// The commit of each address.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, String> {
        self.known().addresses.clone()
    }

    fn of_address(&self, address: &str) -> Option<String> {
        self.known().addresses.get(address).cloned()
    }

    fn of_revision(&self, revision: &str) -> Option<String> {
        self.known().revisions.get(revision).cloned()
    }

    fn fix(&self, address: &str, revision: &str, commit: &str) {
        let mut known = self.known();
        known
            .addresses
            .insert(address.to_owned(), commit.to_owned());
        known
            .revisions
            .insert(revision.to_owned(), commit.to_owned());
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Origin {
    /// Of the `baseUrl` of a task spec.
    #[must_use]
    pub fn of(base_url: Option<&str>) -> Self {
        match base_url {
            None => Self::Nowhere,
            Some(text) => match text.strip_prefix("file://") {
                Some(path) => PathBuf::from(path)
                    .parent()
                    .map_or(Self::Nowhere, |folder| Self::Folder(folder.to_owned())),
                None => Self::Url(text.to_owned()),
            },
        }
    }
}

/// All files below an address.
pub(super) async fn tree(call: &ActionCall<'_>, written: &str) -> Result<Vec<Fetched>> {
    if is_absolute(written) {
        return url_tree(call, written).await;
    }
    match &call.run.origin {
        Origin::Url(base) => url_tree(call, &resolved(call, written, base)?).await,
        Origin::Folder(root) => folder::tree(root, written).await,
        Origin::Files(files) => folder::dry_tree(files, written),
        Origin::Nowhere => Err(no_origin(written)),
    }
}

/// One file.
pub(super) async fn file(call: &ActionCall<'_>, written: &str) -> Result<Vec<u8>> {
    if is_absolute(written) {
        return url_file(call, written).await;
    }
    match &call.run.origin {
        Origin::Url(base) => url_file(call, &resolved(call, written, base)?).await,
        Origin::Folder(root) => folder::file(root, written).await,
        Origin::Files(files) => folder::dry_file(files, written),
        Origin::Nowhere => Err(no_origin(written)),
    }
}

async fn url_tree(call: &ActionCall<'_>, target: &str) -> Result<Vec<Fetched>> {
    match repository::Place::find(call, target)? {
        Some(place) => place.tree(call).await,
        None => match read_text(call, target).await {
            Err(refused) => Err(refused),
            Ok(_) => Err(Error::Input(format!(
                "The host of {target} cannot list its files: configure an integration for it, or fetch single files with fetch:plain:file."
            ))),
        },
    }
}

async fn url_file(call: &ActionCall<'_>, target: &str) -> Result<Vec<u8>> {
    match repository::Place::find(call, target)? {
        Some(place) => place.file(call).await,
        None => read_text(call, target).await.map(String::into_bytes),
    }
}

async fn read_text(call: &ActionCall<'_>, target: &str) -> Result<String> {
    let location = LocationRef {
        kind: "url".to_owned(),
        target: target.to_owned(),
    };
    let read = call.services.reader.read(&location).await;
    read.map(|content| content.text)
        .map_err(|fault| unread(&fault))
}

fn unread(fault: &SourceError) -> Error {
    match fault.name {
        "NotFoundError" => Error::NotFound(fault.message.clone()),
        "NotAllowedError" => Error::NotAllowed(fault.message.clone()),
        _ => Error::Template("Error", fault.message.clone()),
    }
}

fn is_absolute(written: &str) -> bool {
    Url::parse(written).is_ok_and(|url| !url.cannot_be_a_base() || url.scheme().len() > 1)
}

fn resolved(call: &ActionCall<'_>, written: &str, base: &str) -> Result<String> {
    let host = Url::parse(base).ok().and_then(|url| {
        let integration = call.services.forges.integration(&authority(&url))?;
        Some(integration.product)
    });
    resolve_url(written, base, host).map_err(Error::Input)
}

fn no_origin(written: &str) -> Error {
    Error::Input(format!(
        "Invalid fetch location: {written} is relative, and nothing says where the template lies. Give it a whole address."
    ))
}
