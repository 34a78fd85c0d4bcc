//! Where a Location leads, and what became of each file.

use super::super::{
    sources::{place::Place, verdicts::file_status},
    status::{Status, Tone},
};
use crate::{
    entity::EntityRef,
    error::Result,
    http::AppState,
    store::{self, FileSummary},
};

/// Files shown on the Location's page; the list of files has them all.
const MAX_SHOWN: usize = 50;

/// The files a Location leads to.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    /// As far as they are shown.
    pub(super) files: Vec<Target>,
    /// How many more there are.
    pub(super) left_out: usize,
}

/// A file a Location leads to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The file.
    pub(super) place: Place,
    /// What became of it.
    pub(super) status: Status,
}

impl Targets {
    /// Reads the files' rows. Nothing for entities that lead nowhere.
    pub(super) async fn read(state: &AppState, own: &EntityRef) -> Result<Self> {
        if own.kind() != "location" {
            return Ok(Self::default());
        }
        let refs = store::targets_of(&state.store, own.as_str()).await?;
        let mut files = Vec::new();
        for location_ref in refs.iter().take(MAX_SHOWN) {
            let file = store::file(&state.store, location_ref).await?;
            files.push(Target {
                place: Place::new(location_ref, None),
                status: match file {
                    Some(file) => file_status(&FileSummary::from(file)),
                    None => Status::new(Tone::Progressing, "not read yet"),
                },
            });
        }
        Ok(Self {
            left_out: refs.len() - files.len(),
            files,
        })
    }
}
