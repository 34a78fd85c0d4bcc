//! `callboard template`: what authors of software templates do without a portal: check, preview, test.

mod case;
mod check;
mod compare;
mod preview;
mod source;
mod test;
mod update;

pub use check::run_template_check;
pub use preview::run_template_preview;
pub use source::folders_of;
pub use test::run_template_test;

use crate::scaffolder::{Services, actions::Registry};

/// What templates are tried with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The rest of a portal that serves nobody.
    pub services: &'a Services,
    /// All actions.
    pub actions: &'a Registry,
}
