//! Forms of templates, pure: a page's JSON Schema and the answers so far become fields to ask; what was sent becomes
//! answers; answers are checked, with faults at the fields they are about.
//!
//! Backstage: forms are react-jsonschema-form with fields of Backstage's own (`scaffolder-api.md` §4.1, §4.2). What
//! is asked depends on answers (`resolve`), so all of it is decided anew whenever answers change. It knows no HTML.

mod answers;
mod build;
mod control;
mod effective;
mod fault;
mod field;
mod host_list;
mod merge;
mod options;
mod page;
mod picker;
mod pointer;
mod read;
mod repo_url;
mod resolve;
mod rules;
mod suggest;
mod ui;

#[cfg(test)]
mod tests;

pub use answers::{Answers, Progress};
pub use fault::AnswerFault;
pub use field::{Choice, Control, Field, FieldState, Look, Review, TextKind, all_fields};
pub use host_list::{HostList, NamedRepository};
pub use page::{FormPage, final_values, pages, read_page};
pub use picker::{EntityPicker, Picker, Whose};
pub use read::Sent;
pub use repo_url::{RepoPart, RepoUrl, RepoUrlOptions};
pub use rules::Surroundings;
pub use suggest::{Suggestion, suggestions};

/// Places a list has at most.
const MAX_ITEMS: usize = 100;
