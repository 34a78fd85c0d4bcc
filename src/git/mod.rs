//! Git, by its command line: bare repositories, commits from files in memory, pushes to any remote, smart HTTP.
//!
//! Files and names in, commits and bytes out. Every call goes through [`Git`], which alone builds the command: an
//! environment of its own, no configuration of the machine, no hooks, a time limit, an output limit. Git never runs
//! inside a folder that somebody else fills: a rendered `.git/config` can name commands.

mod archive;
mod command;
mod commit;
mod error;
mod ignore;
mod log;
mod name;
mod object;
mod refs;
mod remote;
mod repository;
mod serve;
#[cfg(test)]
mod tests;

pub use command::Git;
pub use commit::{Change, NewCommit, Signature};
pub use error::GitError;
pub use log::Commit;
pub use name::{BranchName, CommitId, check_path};
pub use object::{EntryKind, TreeEntry};
pub use refs::Branch;
pub use remote::{Fetched, Remote};
pub use repository::Repository;
pub use serve::{Exchange, Service};
