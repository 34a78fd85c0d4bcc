//! What somebody should know before trusting an entity: refused, orphaned, about to go.

use super::{
    super::{code::Mark, moment::Moment, sources::place::Place},
    document::Document,
    facts::{is_orphan, is_refused},
};
use crate::{
    clock::UnixMillis,
    entity::EntityRef,
    error::Result,
    http::AppState,
    store::{self, EntitySource, FileDocument, Verdict},
};

/// What is said above everything else.
#[derive(Debug, Clone, Default)]
pub(super) struct Notices {
    /// What is wrong with its newest text, each with its place.
    pub(super) refusals: Vec<(Mark, Option<Place>)>,
    /// Whether nothing lists it any more.
    pub(super) is_orphan: bool,
    /// Since when its source no longer lists it, while its removal waits for somebody to agree.
    pub(super) missing_since: Option<Moment>,
}

impl Notices {
    /// Reads what is known. The file is looked at only if something is wrong.
    pub(super) async fn read(
        state: &AppState,
        document: &Document,
        source: Option<&EntitySource>,
        own: &EntityRef,
        now: UnixMillis,
    ) -> Result<Self> {
        let refusals = if is_refused(document) {
            refusals(state, (document, source), own).await?
        } else {
            Vec::new()
        };
        let missing = source.and_then(|source| source.missing_since);
        Ok(Self {
            refusals,
            is_orphan: is_orphan(document),
            missing_since: missing.map(|at| Moment::new(UnixMillis(at), now)),
        })
    }
}

async fn refusals(
    state: &AppState,
    (document, source): (&Document, Option<&EntitySource>),
    own: &EntityRef,
) -> Result<Vec<(Mark, Option<Place>)>> {
    let file = store::file(&state.store, document.file()).await?;
    let documents = file.iter().flat_map(|file| &file.documents);
    let found: Vec<_> = documents
        .filter(|document| document.entity_ref.as_ref() == Some(own))
        .filter(|document| document.verdict == Verdict::Refused)
        .flat_map(|refused| {
            marks(
                refused,
                file.as_ref().map(|file| file.location_ref.as_str()),
            )
        })
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    // A Location whose targets cannot be read carries that itself, not its document.
    let errors = source.map(EntitySource::errors).transpose()?;
    let errors = errors.unwrap_or_default().into_iter();
    Ok(errors
        .map(|diagnostic| (Mark::new(&diagnostic, None), None))
        .collect())
}

fn marks(refused: &FileDocument, location_ref: Option<&str>) -> Vec<(Mark, Option<Place>)> {
    let findings = refused.diagnostics.iter();
    findings
        .map(|diagnostic| {
            let line = diagnostic
                .position
                .map_or(refused.line, |position| position.line);
            let place = location_ref.map(|location_ref| Place::new(location_ref, Some(line)));
            (Mark::new(diagnostic, None), place)
        })
        .collect()
}
