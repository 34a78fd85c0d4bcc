//! Finds every expression of a template, parses it, and checks what it says.

use serde_json::Value;

use super::{
    declared::escaped,
    finding::{Findings, Spot, Told, error, warning},
    references::{References, Slot},
};
use crate::scaffolder::{
    TemplateEntity,
    expression::{ExpressionError, RemarkKind, Syntax, Template},
};

/// Deepest nesting of inputs that is looked into; documents nest no deeper.
const MAX_DEPTH: usize = 100;

/// Checks the expressions of all steps and of the output.
pub(super) fn check_expressions(
    template: &TemplateEntity,
    references: &mut References<'_>,
    findings: &mut Findings<'_>,
) {
    let mut check = |value: &Value, pointer: String, slot: Slot| {
        walk(value, &pointer, 0, &mut |spot| {
            check_text(spot, slot, references, findings);
        });
    };
    for (index, step) in template.steps.iter().enumerate() {
        if let Some(condition) = &step.condition {
            check(
                condition,
                format!("{}/if", step.pointer),
                Slot::Condition(index),
            );
        }
        if let Some(each) = &step.each {
            check(each, format!("{}/each", step.pointer), Slot::Each(index));
        }
        for (key, value) in &step.input {
            check(
                value,
                format!("{}/input/{}", step.pointer, escaped(key)),
                Slot::Input(index),
            );
        }
    }
    for (key, value) in &template.output.all {
        check(
            value,
            format!("/spec/output/{}", escaped(key)),
            Slot::Output,
        );
    }
}

/// Every text in a value.
fn walk(value: &Value, pointer: &str, depth: usize, visit: &mut dyn FnMut(Spot<'_>)) {
    match value {
        Value::String(text) => visit(Spot { pointer, text }),
        Value::Array(items) if depth < MAX_DEPTH => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{index}"), depth + 1, visit);
            }
        }
        Value::Object(entries) if depth < MAX_DEPTH => {
            for (key, item) in entries {
                walk(
                    item,
                    &format!("{pointer}/{}", escaped(key)),
                    depth + 1,
                    visit,
                );
            }
        }
        _ => {}
    }
}

fn check_text(
    at: Spot<'_>,
    slot: Slot,
    references: &mut References<'_>,
    findings: &mut Findings<'_>,
) {
    let parsed = match Template::parse(at.text, Syntax::default()) {
        Ok(parsed) => parsed,
        Err(fault) => {
            let byte = byte_of(at.text, &fault);
            findings.within(at, byte, 1, broken(&fault));
            return;
        }
    };
    if let Some(byte) = other_delimiters(at.text) {
        findings.within(at, byte, 2, not_evaluated());
    }
    let mentions = parsed.mentions();
    for mention in &mentions.variables {
        references.check(mention, slot, at, findings);
    }
    for remark in &mentions.remarks {
        findings.within(at, remark.at, 1, remarked(&remark.kind));
    }
}

fn broken(fault: &ExpressionError) -> Told {
    error(
        fault.message.clone(),
        "The expression cannot be read; a run would pass it on as it is written.",
        "Mend the expression.",
    )
}

fn remarked(kind: &RemarkKind) -> Told {
    let fails = "A run would pass the text on as it is written.";
    match kind {
        RemarkKind::UnknownFilter(name) => {
            let mend = "Use one that there is; docs/TEMPLATES.md lists them.";
            error(format!("There is no filter `{name}`"), fails, mend)
        }
        RemarkKind::UnknownTest(name) => {
            let mend = "Use one that there is; docs/TEMPLATES.md lists them.";
            error(format!("There is no test `{name}`"), fails, mend)
        }
        RemarkKind::NoTest => warning(
            "This never holds",
            "Behind `is` stands the name of a test and nothing else.",
            "Put parentheses around the whole test: `(a is even) == b`.",
        ),
        RemarkKind::NotBindsLeft => warning(
            "`not` is applied to the left side only",
            "`not a == b` means `(not a) == b`.",
            "Write `a != b`, or `not (a == b)`.",
        ),
        RemarkKind::SafeText(name) => warning(
            format!("`{name}` may answer otherwise than in Backstage"),
            "It makes a text of a kind of its own, which not every filter treats alike.",
            "Leave it out: nothing is escaped in templates.",
        ),
    }
}

/// Where `{{ parameters… }}` stands, which is only text.
fn other_delimiters(text: &str) -> Option<usize> {
    let starts = text.match_indices("{{").map(|(at, _)| at);
    starts.into_iter().find(|&at| {
        let is_ours = text[..at].ends_with('$');
        let inner = text[at + 2..].trim_start_matches(['-', ' ']);
        let names_ours = ["parameters.", "steps.", "steps[", "secrets."];
        !is_ours && names_ours.iter().any(|name| inner.starts_with(name))
    })
}

fn not_evaluated() -> Told {
    warning(
        "This is not evaluated",
        "`{{ … }}` without a `$` is plain text.",
        "Write `${{ … }}`.",
    )
}

/// The byte of a text at a line and column.
fn byte_of(text: &str, fault: &ExpressionError) -> usize {
    let before = text.split_inclusive('\n').take(fault.line as usize - 1);
    let line_start: usize = before.map(str::len).sum();
    let line = &text[line_start..];
    let column = fault.column as usize - 1;
    let within = line
        .char_indices()
        .nth(column)
        .map_or(line.len(), |(at, _)| at);
    line_start + within
}
