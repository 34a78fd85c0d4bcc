//! Template runs: steps and their log, the journal, undo, escapes, secrets, many at once.

mod api;
mod escapes;
mod injections;
mod journal;
mod kill;
mod many;
pub(crate) mod secrets;
mod steps;
