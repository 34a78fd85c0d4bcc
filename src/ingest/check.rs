//! Reads a file and checks its documents one by one: one document, one verdict.

use serde_json::Value;

use super::{
    context::Context,
    faults,
    outcome::{Candidate, CheckedDocument, CheckedFile, FileCheck, FileSource, Outcome},
    placeholder,
    targets::{self, Targets},
};
use crate::{
    entity::{
        self, Diagnostic, EntityRef, LocationRef, Placeholder, Provenance, RawDocument,
        check_envelope, locate, parse_document, placeholders, prepare, relations, split_documents,
        validate,
    },
    source::{Content, Known, Missing, Reading, SourceError},
    store::{File, Verdict, text, text_hash},
};

/// Reads and checks a file. `previous` is what is known of it: if nothing it depends on has changed since,
/// it is not looked at again.
pub(super) async fn check_file(
    context: &Context,
    source: &FileSource,
    previous: Option<File>,
) -> FileCheck {
    let known = previous.filter(is_good);
    let found = match read(context, source, known.as_ref()).await {
        Ok(Found::Read(read)) => read,
        Ok(Found::SameCommit) => {
            return known.map_or(FileCheck::Absent, |file| {
                FileCheck::Unchanged(Box::new(file))
            });
        }
        Err(fault) if fault.missing == Missing::NotFound && source.optional => {
            return FileCheck::Absent;
        }
        Err(fault) => {
            return FileCheck::Unreadable(faults::target_unreadable(&source.location, &fault));
        }
    };
    if let Some(known) = known
        && known.fingerprint == fingerprint(context, &found.text, &known.dependencies).await
    {
        return FileCheck::Unchanged(Box::new(File {
            revision: found.revision,
            ..known
        }));
    }
    match check_text(context, source, found).await {
        Ok(checked) => FileCheck::Checked(checked),
        Err(fault) => FileCheck::Unreadable(fault),
    }
}

/// Whether a file could be read the last time, and need not be looked at anew.
fn is_good(file: &File) -> bool {
    file.error.is_none() && !file.fingerprint.is_empty()
}

/// Checks the text of a file. Fails only where the check itself breaks down.
pub(super) async fn check_text(
    context: &Context,
    source: &FileSource,
    read: Content,
) -> Result<CheckedFile, Diagnostic> {
    let (job, from, text) = (context.clone(), source.clone(), read.text);
    let (text, parsed) = tokio::task::spawn_blocking(move || {
        let parsed = parse_documents(&job, &from, &text);
        (text, parsed)
    })
    .await
    .map_err(|fault| faults::broke_down(&source.location, &fault))?;
    let mut dependencies = Vec::new();
    let mut documents = Vec::with_capacity(parsed.len());
    for document in parsed {
        documents.push(finish_document(context, source, &text, document, &mut dependencies).await);
    }
    dependencies.sort();
    dependencies.dedup();
    let fingerprint = fingerprint(context, &text, &dependencies).await;
    Ok(CheckedFile {
        text,
        etag: read.etag,
        revision: read.revision,
        blob: read.blob,
        fingerprint,
        dependencies,
        documents,
        is_held_back: false,
    })
}

/// What came of reading.
enum Found {
    Read(Content),
    /// Its repository is where it was, and so is all that it includes; nothing was read.
    SameCommit,
}

async fn read(
    context: &Context,
    source: &FileSource,
    known: Option<&File>,
) -> Result<Found, SourceError> {
    let asked = known.map_or_else(Known::default, |file| Known {
        etag: file.etag.as_deref(),
        revision: file.revision.as_deref(),
        blob: file.blob.as_deref(),
    });
    let reading = context
        .reader
        .read_if_changed(&source.location, &asked)
        .await?;
    match (reading, known) {
        (Reading::Found(read), _) => Ok(Found::Read(read)),
        (
            Reading::Unchanged {
                is_same_commit: true,
                ..
            },
            Some(file),
        ) if depends_on_commit_alone(context, source, file) => Ok(Found::SameCommit),
        (Reading::Unchanged { revision, .. }, known) => {
            let kept = match known {
                Some(file) => kept(context, file).await.map(|text| Content {
                    text,
                    etag: file.etag.clone(),
                    revision,
                    blob: file.blob.clone(),
                }),
                None => None,
            };
            match kept {
                Some(kept) => Ok(Found::Read(kept)),
                // The kept text is gone: ask for it once more, as if nothing were known.
                None => context.reader.read(&source.location).await.map(Found::Read),
            }
        }
    }
}

/// Whether the commit says all about a file: the rules are those it was checked by, and what it includes is beside it.
fn depends_on_commit_alone(context: &Context, source: &FileSource, file: &File) -> bool {
    let is_beside = |dependency: &String| {
        LocationRef::parse(dependency)
            .is_ok_and(|other| context.reader.are_beside(&source.location, &other))
    };
    // What could not be included may have been a passing fault.
    let is_whole = file.dependencies.is_empty()
        || !file
            .documents
            .iter()
            .any(|document| document.verdict == Verdict::Refused);
    is_whole
        && file.fingerprint.starts_with(&*context.salt)
        && file.dependencies.iter().all(is_beside)
}

async fn kept(context: &Context, file: &File) -> Option<String> {
    let hash = file.text_hash.as_deref()?;
    // What cannot be had is read again.
    text(&context.db, hash).await.ok().flatten()
}

/// Begins with the salt, so that a change of the rules shows without anything being read.
async fn fingerprint(context: &Context, text: &str, dependencies: &[String]) -> String {
    let own = text_hash(text.as_bytes());
    let mut told = format!("{} {own}", context.salt);
    for dependency in dependencies {
        let read = match LocationRef::parse(dependency) {
            Ok(location) => context.reader.read(&location).await.ok(),
            Err(_) => None,
        };
        told.push(' ');
        told.push_str(&read.map_or_else(
            || "unreadable".to_owned(),
            |content| text_hash(content.text.as_bytes()),
        ));
    }
    format!("{}-{}", context.salt, text_hash(told.as_bytes()))
}

/// A document on its way: checked as far as that goes without reading anything else.
struct Parsed {
    line: u32,
    lines: u32,
    hash: String,
    start: usize,
    end: usize,
    entity_ref: Option<EntityRef>,
    stage: Stage,
}

enum Stage {
    Empty,
    Refused(Diagnostic),
    /// Placeholders are still to be filled, or targets to be found.
    Open(Value, Vec<Placeholder>),
    Good(Candidate),
}

fn parse_documents(context: &Context, source: &FileSource, text: &str) -> Vec<Parsed> {
    let mut start = 0;
    split_documents(text)
        .iter()
        .map(|raw| {
            let end = start + raw.text.len();
            let (entity_ref, stage) = parse_one(context, source, raw);
            let lines = u32::try_from(raw.text.lines().count()).unwrap_or(u32::MAX);
            let parsed = Parsed {
                line: raw.first_line,
                lines,
                hash: text_hash(raw.text.as_bytes()),
                start,
                end,
                entity_ref,
                stage,
            };
            start = end;
            parsed
        })
        .collect()
}

fn parse_one(
    context: &Context,
    source: &FileSource,
    raw: &RawDocument<'_>,
) -> (Option<EntityRef>, Stage) {
    let value = match parse_document(raw, context.options.merge_keys) {
        Ok(Some(value)) => value,
        Ok(None) => return (None, Stage::Empty),
        Err(fault) => {
            return (
                None,
                Stage::Refused(faults::in_yaml(&source.location, fault)),
            );
        }
    };
    let entity_ref = entity::ref_of(&value);
    if let Err(fault) = check_envelope(&value) {
        return (entity_ref, Stage::Refused(located(fault, raw)));
    }
    if let Some(named) = &entity_ref
        && !context.allows(&value, &source.origin)
    {
        return (
            entity_ref.clone(),
            Stage::Refused(located(faults::kind_not_allowed(named, source), raw)),
        );
    }
    let links = context.source_links(&source.location);
    let value = prepare(
        value,
        &Provenance {
            location: &source.location,
            origin: &source.origin,
            links,
        },
    );
    let open = placeholders(&value);
    if !open.is_empty()
        || entity_ref
            .as_ref()
            .is_some_and(|named| named.kind() == "location")
    {
        return (entity_ref, Stage::Open(value, open));
    }
    match check_entity(context, &value) {
        Ok(document) => (
            entity_ref,
            Stage::Good(Candidate {
                document,
                targets: Targets::default(),
            }),
        ),
        Err(fault) => (entity_ref, Stage::Refused(located(fault, raw))),
    }
}

/// Validates a prepared entity whose placeholders are filled, and writes it down.
pub(super) fn check_entity(context: &Context, value: &Value) -> Result<String, Diagnostic> {
    let entity_ref = validate(value, &context.kinds)?;
    relations(value, &entity_ref, &context.kinds)?;
    Ok(value.to_string())
}

async fn finish_document(
    context: &Context,
    source: &FileSource,
    text: &str,
    parsed: Parsed,
    dependencies: &mut Vec<String>,
) -> CheckedDocument {
    let raw = RawDocument {
        text: &text[parsed.start..parsed.end],
        first_line: parsed.line,
    };
    let outcome = match parsed.stage {
        Stage::Empty => Outcome::Empty,
        Stage::Refused(fault) => Outcome::Refused(fault),
        Stage::Good(candidate) => Outcome::Good(candidate),
        Stage::Open(value, open) => {
            match finish_entity(context, source, value, open, dependencies).await {
                Ok(candidate) => Outcome::Good(candidate),
                Err(fault) => Outcome::Refused(located(fault, &raw)),
            }
        }
    };
    let entity_ref = parsed.entity_ref;
    CheckedDocument {
        line: parsed.line,
        lines: parsed.lines,
        hash: parsed.hash,
        entity_ref,
        outcome,
    }
}

/// The part of checking that reads: placeholders, and the targets of Locations.
pub(super) async fn finish_entity(
    context: &Context,
    source: &FileSource,
    mut value: Value,
    open: Vec<Placeholder>,
    dependencies: &mut Vec<String>,
) -> Result<Candidate, Diagnostic> {
    for placeholder in open {
        let filled =
            placeholder::resolve(context, &source.location, &placeholder, dependencies).await?;
        entity::fill(&mut value, &placeholder.pointer, filled);
    }
    let document = check_entity(context, &value)?;
    let is_location = value["kind"]
        .as_str()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("location"));
    let targets = if is_location {
        targets::of_location(context, source, &value).await?
    } else {
        Targets::default()
    };
    Ok(Candidate { document, targets })
}

/// Finds the place of a fault that knows only its path.
fn located(mut fault: Diagnostic, raw: &RawDocument<'_>) -> Diagnostic {
    if fault.position.is_none() {
        fault.position = locate(raw, fault.path.as_deref().unwrap_or_default());
    }
    fault
}
