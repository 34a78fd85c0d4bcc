//! Template runs: steps and their log, the journal, undo, escapes, secrets, many at once.

mod api;
mod autocomplete;
mod escapes;
mod host_map;
mod injections;
mod journal;
mod kill;
mod many;
mod preview;
pub(crate) mod secrets;
mod steps;
