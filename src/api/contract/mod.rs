//! What every documented operation takes, one file a plugin: what is checked is what `openapi.json` says.

pub(super) mod catalog;
pub(super) mod scaffolder;
pub(super) mod search;
