//! A descriptor that is to be changed: read at its host, and checked as ingest checks. `proposal` proposes it.

use std::ops::Range;

use url::Url;

use super::{
    Ingest,
    check::check_text,
    context::Context,
    faults,
    outcome::{CheckedDocument, FileSource, Outcome},
};
use crate::{
    entity::{
        Diagnostic, EntityRef, LocationRef, Severity, parse_document, ref_of, split_documents,
    },
    error::{Error, Result},
    forge::{Address, Branch, CommitId, FileRead, Forge, GitHost, blob_id},
    source::Content,
    store,
};

/// No proposed document is longer: 1 MiB.
const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;

/// A document of a file on a Git host, as it is there now.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The entity it describes.
    pub entity_ref: EntityRef,
    /// Its file.
    pub location: LocationRef,
    /// The branch a change is proposed to.
    pub branch: String,
    /// The commit the branch is at.
    pub revision: CommitId,
    /// Git's hash of the file: a change of another content is not of this draft.
    pub blob: String,
    /// Line of the file the document begins on, from 1.
    pub first_line: u32,
    text: String,
    range: Range<usize>,
    origin: LocationRef,
    pub(super) forge: Forge,
    pub(super) address: Address,
}

/// What checking a changed document came to.
#[derive(Debug, Clone)]
pub struct Review {
    /// The file as it would be.
    pub text: String,
    /// Line the document begins on, from 1.
    pub first_line: u32,
    /// How many lines it has.
    pub lines: u32,
    /// What is wrong with it, and remarks.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it says anything else than before.
    pub is_changed: bool,
}

impl Draft {
    /// The document as it is.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.text[self.range.clone()]
    }

    /// The file with another document in place of it.
    fn with(&self, document: &str) -> String {
        let (before, after) = (&self.text[..self.range.start], &self.text[self.range.end..]);
        let needs_end = !document.ends_with('\n') && !document.is_empty();
        let end = if needs_end { "\n" } else { "" };
        format!("{before}{document}{end}{after}")
    }
}

impl Review {
    /// Whether it may be proposed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.is_changed
            && !self
                .diagnostics
                .iter()
                .any(|found| found.severity == Severity::Error)
    }
}

impl Ingest {
    /// The document of an entity, read anew at its host. [`Error::Input`] for one that lies on none, or not on a branch.
    pub async fn draft(&self, entity_ref: &EntityRef) -> Result<Draft> {
        let source = store::source_of(&self.context.db, entity_ref).await?;
        let source = source.filter(|source| source.deleted_at.is_none());
        let source = source
            .ok_or_else(|| Error::NotFound(format!("There is no {entity_ref} in the catalog.")))?;
        let written_in = source.location_key.as_deref().unwrap_or_default();
        let location = LocationRef::parse(written_in).map_err(|_| not_on_a_host(entity_ref))?;
        let origin = LocationRef::parse(&source.origin).unwrap_or_else(|_| location.clone());
        let at = Url::parse(&location.target)
            .ok()
            .filter(|_| location.kind == "url");
        let (forge, address) = at
            .and_then(|url| self.forges.at(&url))
            .ok_or_else(|| not_on_a_host(entity_ref))?;
        let branch = branch_of(&forge, &address).await?;
        let read = forge
            .read_file(
                &address.repository,
                branch.commit.as_str(),
                &address.path,
                None,
            )
            .await?;
        let FileRead::Found(file) = read else {
            return Err(Error::ServiceUnavailable(
                "The host sent no content. Try again.".to_owned(),
            ));
        };
        let blob = blob_id(&file.bytes, &branch.commit);
        let text = String::from_utf8(file.bytes.into())
            .map_err(|_| Error::Input("The file is no UTF-8 text.".to_owned()))?;
        let (first_line, range) = document_of(&text, entity_ref).ok_or_else(|| {
            Error::Conflict(format!(
                "{} does not describe {entity_ref} any more. Refresh the entity.",
                location.target
            ))
        })?;
        Ok(Draft {
            entity_ref: entity_ref.clone(),
            branch: branch.name,
            revision: branch.commit,
            location,
            blob,
            first_line,
            text,
            range,
            origin,
            forge,
            address,
        })
    }

    /// Checks a changed document as if its file had been read with it.
    pub async fn review(&self, draft: &Draft, document: &str) -> Result<Review> {
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(Error::Input(
                "The document is larger than 1 MiB. Move what is long into a file of its own."
                    .to_owned(),
            ));
        }
        let context = self.context.looking_once();
        let text = draft.with(document);
        let lines = u32::try_from(document.lines().count()).unwrap_or(u32::MAX);
        let last_line = draft.first_line.saturating_add(lines.max(1)) - 1;
        let mut found = checked(&context, draft, &text).await?;
        found.retain(|document| {
            let end = document.line.saturating_add(document.lines);
            let is_ours = document.line <= last_line && draft.first_line < end;
            is_ours && !matches!(document.outcome, Outcome::Empty)
        });
        let is_changed = text != draft.text;
        Ok(Review {
            diagnostics: findings(draft, found),
            first_line: draft.first_line,
            is_changed,
            lines,
            text,
        })
    }
}

/// The branch a change of the file is proposed to.
async fn branch_of(forge: &Forge, address: &Address) -> Result<Branch> {
    let repository = &address.repository;
    let name = match &address.revision {
        Some(revision) => revision.clone(),
        None => {
            let found = forge.repository(repository).await?;
            found
                .ok_or_else(|| Error::NotFound(format!("There is no repository {repository}.")))?
                .default_branch
        }
    };
    let found = forge.branch(repository, &name).await?;
    found.ok_or_else(|| {
        Error::Input(format!("The file is read at “{name}”, which is no branch of {repository}: nothing can be proposed to it."))
    })
}

fn not_on_a_host(entity_ref: &EntityRef) -> Error {
    Error::Input(format!(
        "{entity_ref} is written in no file on a Git host this portal can write to: change it where it is written. Hosts are configured under `integrations`."
    ))
}

/// The first line and the place of the last document that describes an entity.
fn document_of(text: &str, entity_ref: &EntityRef) -> Option<(u32, Range<usize>)> {
    let mut end = 0;
    let mut found = None;
    for raw in split_documents(text) {
        let range = end..end + raw.text.len();
        end = range.end;
        let value = parse_document(&raw, false).ok().flatten();
        if value.as_ref().and_then(ref_of).as_ref() == Some(entity_ref) {
            let mark = mark_length(raw.text);
            let first_line = raw.first_line + u32::from(mark > 0);
            found = Some((first_line, range.start + mark..range.end));
        }
    }
    found
}

/// How long the line `---` is that a document begins with: it parts the file, and stays as it is.
fn mark_length(text: &str) -> usize {
    let line = text.split_inclusive('\n').next().unwrap_or_default();
    let rest = line.strip_prefix("---").map(str::trim);
    let is_mark = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'));
    if is_mark { line.len() } else { 0 }
}

async fn checked(context: &Context, draft: &Draft, text: &str) -> Result<Vec<CheckedDocument>> {
    let source = FileSource {
        location: draft.location.clone(),
        origin: draft.origin.clone(),
        optional: false,
    };
    let read = Content {
        text: text.to_owned(),
        etag: None,
        revision: None,
        blob: None,
    };
    let checked = check_text(context, &source, read).await;
    checked
        .map(|file| file.documents)
        .map_err(|fault| Error::Input(fault.reason))
}

/// What is wrong with the documents in place of the one there was: there must be one, and of the same entity.
fn findings(draft: &Draft, documents: Vec<CheckedDocument>) -> Vec<Diagnostic> {
    let count = documents.len();
    let mut found = Vec::new();
    for document in documents {
        match (document.outcome, &document.entity_ref) {
            (Outcome::Refused(fault), _) => found.push(fault),
            (Outcome::Good(_), Some(named)) if *named != draft.entity_ref => {
                found.push(faults::another_entity(&draft.entity_ref, named));
            }
            (Outcome::Good(candidate), _) => found.extend(
                candidate
                    .targets
                    .errors
                    .into_iter()
                    .map(|fault| Diagnostic {
                        severity: Severity::Warning,
                        ..fault
                    }),
            ),
            (Outcome::Empty, _) => {}
        }
    }
    if count != 1 {
        found.push(faults::not_one_document(count));
    }
    found
}
