//! What is wrong with a step, its expressions aside.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    actions::ActionNames,
    declared::escaped,
    finding::{Findings, advice, error, warning},
};
use crate::scaffolder::{
    TemplateStep,
    actions::Registry,
    expression::{Syntax, Template},
};

/// Checks ids, actions, inputs, `if` and `each`.
pub(super) fn check_steps(steps: &[TemplateStep], actions: &Registry, findings: &mut Findings<'_>) {
    let mut seen: HashMap<&str, &TemplateStep> = HashMap::new();
    for step in steps {
        if let Some(first) = seen.insert(&step.id, step) {
            findings.at(
                &format!("{}/id", step.pointer),
                error(
                    format!("There are two steps `{}`", step.id),
                    format!(
                        "`{}` has this id already, and its output would be lost.",
                        first.name
                    ),
                    "Give each step an id of its own.",
                ),
            );
        }
        check_action(step, actions, findings);
        check_condition(step, findings);
        check_each(step, findings);
    }
}

fn check_action(step: &TemplateStep, actions: &Registry, findings: &mut Findings<'_>) {
    // A step that is brought by a placeholder has no action here.
    if step.action.is_empty() {
        return;
    }
    let Some(action) = actions.find(&step.action) else {
        let otherwise = "Write one that there is.";
        findings.at(
            &format!("{}/action", step.pointer),
            error(
                format!("There is no action `{}`", step.action),
                "A run would fail at this step.",
                advice(&step.action, actions.ids(), otherwise),
            ),
        );
        return;
    };
    // What a placeholder or an expression brings cannot be seen.
    if step.input.keys().any(|key| key.starts_with('$')) {
        return;
    }
    let names = ActionNames::of(&action.about);
    check_missing_input(step, &names, findings);
    check_unknown_input(step, &names, findings);
    for (key, instead) in action.about.left_out(|name| step.input.get(name)) {
        findings.at(
            &format!("{}/input/{}", step.pointer, escaped(key)),
            warning(
                format!("`{}` cannot honour `{key}`", step.action),
                instead,
                "Remove it.",
            ),
        );
    }
}

fn check_missing_input(step: &TemplateStep, names: &ActionNames<'_>, findings: &mut Findings<'_>) {
    let is_given = |name: &&str| step.input.contains_key(*name);
    for alternatives in &names.required {
        if !alternatives.iter().any(is_given) {
            let names = alternatives.join("` or `");
            findings.at(
                &format!("{}/input", step.pointer),
                error(
                    format!("`{}` needs the input `{names}`", step.action),
                    "A run would fail at this step.",
                    format!("Add `{}` to the step's `input`.", alternatives[0]),
                ),
            );
        }
    }
}

fn check_unknown_input(step: &TemplateStep, names: &ActionNames<'_>, findings: &mut Findings<'_>) {
    for key in step.input.keys().filter(|key| !names.takes(key)) {
        let message = format!("`{}` knows no input `{key}`", step.action);
        let known = names.inputs.iter().copied();
        let mend = advice(key, known, "Remove it.");
        let told = if names.refuses_unknown_input() {
            error(message, "The action refuses what it does not know.", mend)
        } else {
            warning(message, "It does nothing.", mend)
        };
        findings.at(&format!("{}/input/{}", step.pointer, escaped(key)), told);
    }
}

fn check_condition(step: &TemplateStep, findings: &mut Findings<'_>) {
    let Some(Value::String(condition)) = &step.condition else {
        return;
    };
    // What does not parse is told with the other expressions.
    let Ok(parsed) = Template::parse(condition, Syntax::default()) else {
        return;
    };
    let pointer = format!("{}/if", step.pointer);
    let mend = "Write one expression: `${{ … }}`.";
    if parsed.is_plain_text() && !condition.is_empty() {
        let reason = format!("`{condition}` is text, and text is true.");
        findings.at(
            &pointer,
            warning("This condition always holds", reason, mend),
        );
    } else if !parsed.is_lone_value() && !condition.is_empty() {
        let reason = "It is text with expressions in it, and text is true unless it is empty.";
        findings.at(
            &pointer,
            warning("This condition may always hold", reason, mend),
        );
    }
}

fn check_each(step: &TemplateStep, findings: &mut Findings<'_>) {
    let told = match &step.each {
        None | Some(Value::Array(_) | Value::Object(_)) => return,
        Some(Value::String(each)) => match Template::parse(each, Syntax::default()) {
            Ok(parsed) if !parsed.is_lone_value() => format!("`{each}` is text."),
            _ => return,
        },
        Some(other) => format!("{other} is no list."),
    };
    findings.at(
        &format!("{}/each", step.pointer),
        error(
            "`each` needs a list or a map",
            told,
            "Write one expression that is a list, `${{ … }}`, or a list.",
        ),
    );
}
