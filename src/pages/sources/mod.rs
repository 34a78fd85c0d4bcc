//! Where the catalog comes from: locations, files, and what became of them.

pub(super) mod place;
pub(super) mod verdicts;
