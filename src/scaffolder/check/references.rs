//! What expressions refer to, and whether it is there.

use std::collections::BTreeSet;

use super::{
    actions::ActionNames,
    declared::Declared,
    finding::{Findings, Spot, Told, advice, error, similar, warning},
};
use crate::scaffolder::{TemplateEntity, actions::Registry, expression::Mention};

/// The variables of a template.
const ROOTS: [&str; 7] = [
    "parameters",
    "steps",
    "user",
    "secrets",
    "each",
    "context",
    "environment",
];
/// What is there without being a variable.
const FUNCTIONS: [&str; 4] = ["range", "cycler", "joiner", "undefined"];

/// What an expression stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The input of the step of this index.
    Input(usize),
    /// Its `each`.
    Each(usize),
    /// Its `if`.
    Condition(usize),
    /// The template's output.
    Output,
}

impl Slot {
    fn step(self) -> Option<usize> {
        match self {
            Self::Input(index) | Self::Each(index) | Self::Condition(index) => Some(index),
            Self::Output => None,
        }
    }
}

/// Checks references, and remembers which parameters are used.
pub(super) struct References<'a> {
    template: &'a TemplateEntity,
    pub(super) declared: &'a Declared,
    actions: &'a Registry,
    pub(super) used: BTreeSet<String>,
    /// Whether the parameters are used as a whole, so that none can be called unused.
    pub(super) uses_all: bool,
}

impl<'a> References<'a> {
    pub(super) fn new(
        template: &'a TemplateEntity,
        declared: &'a Declared,
        actions: &'a Registry,
    ) -> Self {
        Self {
            template,
            declared,
            actions,
            used: BTreeSet::new(),
            uses_all: false,
        }
    }

    pub(super) fn check(
        &mut self,
        mention: &Mention,
        slot: Slot,
        at: Spot<'_>,
        findings: &mut Findings<'_>,
    ) {
        let path: Vec<&str> = mention.path.iter().map(String::as_str).collect();
        let told = match path.as_slice() {
            ["parameters", name, ..] => self.parameter(name),
            ["parameters"] => {
                self.uses_all = true;
                None
            }
            ["steps", id, rest @ ..] => self.step(id, rest, slot),
            ["secrets", name, ..] => self.secret(name, slot),
            ["each", ..] => self.each(slot),
            ["always" | "failure"] if matches!(slot, Slot::Condition(_)) => None,
            [name @ ("always" | "failure"), ..] => Some(error(
                format!("`{name}()` exists only in the `if` of a step"),
                "Here it cannot be called.",
                "Use it in `if`.",
            )),
            [name, ..] if ROOTS.contains(name) || FUNCTIONS.contains(name) => None,
            [name, ..] => Some(unknown_variable(name)),
            [] => None,
        };
        if let Some(told) = told {
            findings.within(at, mention.at, written_length(mention, at.text), told);
        }
    }

    fn parameter(&mut self, name: &str) -> Option<Told> {
        self.used.insert(name.to_owned());
        if self.declared.is_open || self.declared.parameters.contains_key(name) || is_method(name) {
            return None;
        }
        let names = self.declared.parameters.keys().map(String::as_str);
        let otherwise = "Ask for it in `spec.parameters`, or remove it.";
        let mend = advice(name, names, otherwise);
        let reason = "The form does not ask for it, so it is undefined.";
        Some(error(
            format!("There is no parameter `{name}`"),
            reason,
            mend,
        ))
    }

    fn step(&self, id: &str, rest: &[&str], slot: Slot) -> Option<Told> {
        let steps = &self.template.steps;
        let Some(index) = steps.iter().position(|step| step.id == id) else {
            return (!self.brings_steps()).then(|| self.unknown_step(id));
        };
        if slot.step().is_some_and(|here| index >= here) {
            return Some(error(
                format!("The step `{id}` has not run yet here"),
                "Steps run in their order, so its output is undefined.",
                "Move the step up.",
            ));
        }
        match rest {
            ["output", name, ..] => self.output_of(index, name),
            ["output"] | [] => None,
            [other, ..] => Some(error(
                format!("A step has no `{other}`"),
                "What a step makes is in its `output`.",
                format!("Write `steps.{id}.output.…`."),
            )),
        }
    }

    /// Whether a placeholder brings steps that are not seen here.
    fn brings_steps(&self) -> bool {
        self.template
            .steps
            .iter()
            .any(|step| step.action.is_empty())
    }

    fn unknown_step(&self, id: &str) -> Told {
        let ids = self.template.steps.iter().map(|step| step.id.as_str());
        let dashed = ids
            .clone()
            .find(|known| known.starts_with(&format!("{id}-")));
        let mend = match dashed {
            Some(dashed) => format!("An id with a dash is written `steps['{dashed}'].output`."),
            None => advice(id, ids, "Write the id of a step above."),
        };
        error(
            format!("There is no step `{id}`"),
            "Its output is undefined.",
            mend,
        )
    }

    fn output_of(&self, index: usize, name: &str) -> Option<Told> {
        let step = &self.template.steps[index];
        let action = self.actions.find(&step.action)?;
        let names = ActionNames::of(&action.about);
        if names.gives(name) {
            return None;
        }
        let mend = match names.outputs.as_slice() {
            [] => "Remove it: the action puts out nothing.".to_owned(),
            known => format!("It puts out `{}`.", known.join("`, `")),
        };
        let message = format!("`{}` does not put out `{name}`", step.action);
        Some(warning(message, "It is undefined.", mend))
    }

    fn secret(&self, name: &str, slot: Slot) -> Option<Told> {
        if matches!(slot, Slot::Output | Slot::Condition(_)) {
            return Some(error(
                "There are no secrets here",
                "They are known in the input and the `each` of a step only.",
                "Use the secret there.",
            ));
        }
        if self.declared.is_open || self.declared.secrets.contains(name) {
            return None;
        }
        Some(warning(
            format!("Nothing asks for the secret `{name}`"),
            "No field of the form and no `spec.secrets.schema` names it.",
            "Ask for it with a field `ui:field: Secret`, `requestUserCredentials.secretsKey`, or in `spec.secrets.schema`.",
        ))
    }

    fn each(&self, slot: Slot) -> Option<Told> {
        let step = slot.step().and_then(|index| self.template.steps.get(index));
        if step.is_some_and(|step| step.each.is_some()) && !matches!(slot, Slot::Each(_)) {
            return None;
        }
        Some(error(
            "There is no `each` here",
            "It exists in a step that has an `each`.",
            "Give the step an `each`, or remove it.",
        ))
    }
}

/// How many characters the mention takes: all of it where it is written with dots, else its first name.
fn written_length(mention: &Mention, text: &str) -> usize {
    let joined = mention.path.join(".");
    let rest = text.get(mention.at..).unwrap_or_default();
    if rest.starts_with(&joined) {
        return joined.chars().count();
    }
    mention.path.first().map_or(1, |root| root.chars().count())
}

fn unknown_variable(name: &str) -> Told {
    let mend = match (similar(name, ROOTS.into_iter()), name) {
        (_, "values") => {
            "`values` exists in the files of `fetch:template`; here it is `parameters`.".to_owned()
        }
        (Some(root), _) => format!("Perhaps `{root}` is meant."),
        (None, _) => {
            "Text is written in quotes; what the form asks for is `parameters.…`.".to_owned()
        }
    };
    error(
        format!("There is no variable `{name}`"),
        "It is undefined.",
        mend,
    )
}

/// What every map could be asked, whatever its keys.
fn is_method(name: &str) -> bool {
    name == "length"
}
