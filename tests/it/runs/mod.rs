//! Template runs: steps and their log, the journal, undo, escapes, secrets, many at once.

mod actions;
mod api;
mod escapes;
mod github;
mod gitlab;
mod journal;
mod kill;
mod many;
mod own_actions;
pub(crate) mod secrets;
mod steps;
