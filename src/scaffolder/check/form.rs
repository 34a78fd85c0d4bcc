//! What is wrong with a template's form, and what it asks for in vain.

use super::{
    finding::{Findings, advice, error, warning},
    references::References,
};
use crate::scaffolder::TemplateEntity;

/// Checks the pages against the meta-schema, their required names, and whether what they ask is used.
pub(super) fn check_form(
    template: &TemplateEntity,
    references: &References<'_>,
    findings: &mut Findings<'_>,
) {
    for page in &template.parameters {
        let Err(fault) = jsonschema::draft7::meta::validate(&page.schema) else {
            continue;
        };
        findings.at(
            &format!("{}{}", page.pointer, fault.instance_path()),
            error(
                "This is no JSON Schema",
                format!("{fault}."),
                "Write it as JSON Schema (draft 7) has it.",
            ),
        );
    }
    check_required(references, findings);
    check_unused(template, references, findings);
}

fn check_required(references: &References<'_>, findings: &mut Findings<'_>) {
    let declared = references.declared;
    if declared.is_open {
        return;
    }
    for (name, pointer) in &declared.required {
        if declared.parameters.contains_key(name) {
            continue;
        }
        let names = declared.parameters.keys().map(String::as_str);
        let mend = advice(name, names, "Add it to `properties`, or remove it here.");
        let reason = "No field asks for it, so the form can never be sent.";
        findings.at(
            pointer,
            error(format!("`{name}` is required, but not there"), reason, mend),
        );
    }
}

fn check_unused(
    template: &TemplateEntity,
    references: &References<'_>,
    findings: &mut Findings<'_>,
) {
    let brings_steps = template.steps.iter().any(|step| step.action.is_empty());
    if references.uses_all || brings_steps {
        return;
    }
    let declared = references.declared;
    for (name, pointer) in &declared.parameters {
        if references.used.contains(name) || declared.steering.contains(name) {
            continue;
        }
        // A secret's value is in `secrets`, under the name of its field.
        if declared.secrets.contains(name) {
            continue;
        }
        findings.at(
            pointer,
            warning(
                format!("Nothing uses the parameter `{name}`"),
                "No step, condition or output mentions it.",
                "Use it, or do not ask for it.",
            ),
        );
    }
}
