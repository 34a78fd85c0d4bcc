//! Checks a template before anyone runs it: its expressions, what they refer to, its steps and their actions.
//!
//! A document that its kind has accepted comes in, diagnostics with places come out, in the order of the file.
//! Nothing is rendered, and nothing outside the document is read.

mod actions;
mod declared;
mod expressions;
mod finding;
mod form;
mod references;
mod steps;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{TemplateEntity, actions::Registry};
use crate::entity::{Diagnostic, RawDocument};

use declared::Declared;
use finding::Findings;
use references::References;

/// What is wrong or doubtful with a template, with these actions; nothing for an entity that is none.
#[must_use]
pub fn check_template(
    raw: &RawDocument<'_>,
    entity: &Value,
    actions: &Registry,
) -> Vec<Diagnostic> {
    let Ok(template) = TemplateEntity::read(entity) else {
        return Vec::new();
    };
    let declared = Declared::of(&template);
    let mut findings = Findings::new(raw);
    let mut references = References::new(&template, &declared, actions);
    expressions::check_expressions(&template, &mut references, &mut findings);
    steps::check_steps(&template.steps, actions, &mut findings);
    form::check_form(&template, &references, &mut findings);
    findings.in_order()
}
