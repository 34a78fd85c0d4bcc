//! Template runs: steps and their log, the journal, undo, escapes, secrets, many at once.

mod api;
mod escapes;
mod journal;
mod kill;
mod many;
mod page_actions;
mod page_lists;
mod page_live;
mod pages;
pub(crate) mod secrets;
mod steps;
