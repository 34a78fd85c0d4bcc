//! Template runs: steps and their log, the journal, undo, escapes, secrets, many at once.

mod actions;
mod api;
mod autocomplete;
mod bitbucket;
mod dry_run;
mod escapes;
mod github;
mod github_fork;
mod gitlab;
mod host_map;
mod injections;
mod journal;
mod kill;
mod many;
mod own_actions;
mod page_actions;
mod page_files;
mod page_lists;
mod page_live;
mod pages;
mod preview;
pub(crate) mod secrets;
mod steps;
