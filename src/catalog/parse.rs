//! From a row of the feed to what the table takes in: done outside the lock, on every core.

use rayon::prelude::*;
use serde_json::{Value, json};

use super::{
    document::{FinalDocument, metadata_end},
    flatten::{NamedRow, Names, flatten},
    text::TextId,
};
use crate::{
    entity::{Diagnostic, EntityRef, Kinds, relations},
    store::{Change, StoredEntity},
};

/// Fewer changes are parsed by one thread.
const WORTH_A_THREAD: usize = 64;

/// Changes that one thread parsed, ready to be taken in.
#[derive(Debug, Default)]
pub(super) struct Share {
    pub(super) changes: Vec<ParsedChange>,
    /// What they are made of: the table looks for each once.
    pub(super) names: Names,
}

/// A change; its texts are numbers in [`Share::names`], which holds them as often as they stand in it.
#[derive(Debug)]
pub(super) enum ParsedChange {
    Put(Box<ParsedEntity>),
    Gone(EntityRef),
}

/// An entity.
#[derive(Debug)]
pub(super) struct ParsedEntity {
    pub(super) entity_ref: TextId,
    pub(super) uid: TextId,
    pub(super) document: FinalDocument,
    pub(super) rows: Vec<NamedRow>,
    pub(super) relations: Vec<ParsedRelation>,
    pub(super) location: Option<TextId>,
    pub(super) targets: Vec<TextId>,
}

/// A relation that an entity declares.
#[derive(Debug)]
pub(super) struct ParsedRelation {
    pub(super) source: TextId,
    pub(super) kind: TextId,
    pub(super) target: TextId,
}

/// Parses changes, on every core; they stay in their order.
pub(super) fn parse(changes: Vec<Change>, kinds: &Kinds) -> Vec<Share> {
    let share = changes.len().div_ceil(rayon::current_num_threads());
    let changes = changes.into_par_iter();
    let changes = changes.with_min_len(share.max(WORTH_A_THREAD));
    let parsed = changes.fold(Share::default, |mut share, change| {
        let change = parse_one(change, kinds, &mut share.names);
        share.changes.push(change);
        share
    });
    parsed.collect()
}

fn parse_one(change: Change, kinds: &Kinds, names: &mut Names) -> ParsedChange {
    match change {
        Change::Gone(entity_ref) => ParsedChange::Gone(entity_ref),
        Change::Put(stored) => {
            let entity_ref = stored.entity_ref.clone();
            match parse_entity(stored, kinds, names) {
                Some(parsed) => ParsedChange::Put(Box::new(parsed)),
                None => {
                    tracing::error!(
                        "The stored document of {entity_ref} is damaged; it is left out"
                    );
                    ParsedChange::Gone(entity_ref)
                }
            }
        }
    }
}

fn parse_entity(stored: StoredEntity, kinds: &Kinds, names: &mut Names) -> Option<ParsedEntity> {
    let mut entity: Value = serde_json::from_str(&stored.document).ok()?;
    let mut processed = stored.document;
    if correct(&mut entity, stored.orphan) {
        processed = entity.to_string();
    }
    let status = (!stored.errors.is_empty()).then(|| status(&stored.errors));
    let document = FinalDocument::join(
        &processed,
        metadata_end(&processed)?,
        &stored.uid,
        status.as_deref(),
    );
    // What could not be parsed was refused when it was ingested.
    let relations = relations(&entity, &stored.entity_ref, kinds).unwrap_or_default();
    let rows = flatten(&entity, &stored.uid, names);
    let texts = &mut names.texts;
    let relations = relations.iter().map(|relation| ParsedRelation {
        source: texts.hold(relation.source.as_str()),
        kind: texts.hold(&relation.kind),
        target: texts.hold(relation.target.as_str()),
    });
    Some(ParsedEntity {
        relations: relations.collect(),
        entity_ref: texts.hold(stored.entity_ref.as_str()),
        uid: texts.hold(&stored.uid),
        document,
        rows,
        location: stored.location.map(|location| texts.hold(&location)),
        targets: stored
            .targets
            .iter()
            .map(|target| texts.hold(target))
            .collect(),
    })
}

/// Adds and removes what the catalog alone decides; true if that changed anything.
fn correct(entity: &mut Value, is_orphan: bool) -> bool {
    let mut is_changed = false;
    if let Some(metadata) = entity["metadata"].as_object_mut() {
        for ours in ["uid", "etag"] {
            is_changed |= metadata.shift_remove(ours).is_some();
        }
    }
    let annotations = &mut entity["metadata"]["annotations"];
    for name in ["backstage.io/view-url", "backstage.io/edit-url"] {
        is_changed |= annotations.get_mut(name).is_some_and(disarm);
    }
    if is_orphan {
        entity["metadata"]["annotations"]["backstage.io/orphan"] = "true".into();
        is_changed = true;
    }
    if entity["kind"] == "Location" {
        let spec = &mut entity["spec"];
        is_changed |= spec.get_mut("target").is_some_and(disarm);
        for target in spec
            .get_mut("targets")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            is_changed |= disarm(target);
        }
    }
    is_changed
}

/// A link that runs a script is made harmless.
fn disarm(link: &mut Value) -> bool {
    let is_script = link.as_str().is_some_and(|url| {
        let letters = url
            .chars()
            .filter(|letter| !letter.is_control() && !letter.is_whitespace());
        letters
            .take(11)
            .collect::<String>()
            .eq_ignore_ascii_case("javascript:")
    });
    if is_script {
        *link = "https://backstage.io/annotation-rejected-for-security-reasons".into();
    }
    is_script
}

fn status(errors: &[Diagnostic]) -> String {
    let items: Vec<Value> = errors
        .iter()
        .map(|found| {
            let mut error = json!({"name": found.name, "message": found.message});
            if let Some((name, message)) = &found.cause {
                error["cause"] = json!({"name": name, "message": message});
            }
            json!({
                "type": "backstage.io/catalog-processing",
                "level": "error",
                "message": format!("{}: {}", found.name, found.message),
                "error": error,
            })
        })
        .collect();
    json!({ "items": items }).to_string()
}
