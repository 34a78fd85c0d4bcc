//! Templates that make things: what they say and whether it is right, expressions, actions, runs and their journal.
//!
//! An entity becomes a typed template (`template`, checked by `check`); a template and answers become a task spec
//! (`spec`); a run executes its steps (`run`), each by an action (`actions`) on the run's files (`workspace`,
//! `fetch`). What is done outside is an effect (`effects`), written down before it is done, done once, and taken
//! back on request.

pub mod actions;
mod check;
pub mod draft;
pub mod dry_run;
pub mod effects;
pub mod expression;
pub mod fetch;
pub mod form;
pub mod host_lists;
pub mod host_map;
mod makes;
pub mod outgoing;
pub mod portal;
pub mod preview;
pub mod rendering;
pub mod run;
pub mod schema;
mod services;
pub mod spec;
mod template;
pub mod workspace;

pub use check::check_template;
pub use makes::makes;
pub use run::{
    FileChange, FileContent, KeptText, Made, MadeFile, MadeFiles, NewRun, Runs, UndoItem,
};
pub use services::{Parts, Services, repo_hosts};
pub use template::{
    API_VERSION, FormDecorator, OutputLink, OutputText, ParameterStep, Presentation,
    TemplateEntity, TemplateOutput, TemplateStep,
};
pub use workspace::Workspace;
