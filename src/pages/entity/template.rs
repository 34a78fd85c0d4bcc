//! A template as one reads it before using it: what it asks, what it does.

use serde_json::Value;

use super::document::Document;
use crate::{
    pages::planned::in_words,
    scaffolder::{
        actions::{Registered, Registry},
        effects::{Planned, Undo},
    },
};

/// Effects of a step that are told; more are counted.
const MAX_EFFECTS: usize = 5;

/// What a template asks and does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// The pages of its form.
    pub(super) forms: Vec<Form>,
    /// Its steps, in order.
    pub(super) steps: Vec<Step>,
}

/// A page of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// Its title.
    pub(super) title: String,
    /// Its questions.
    pub(super) questions: Vec<Question>,
}

/// A question of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// Its title, or its name.
    pub(super) title: String,
    /// What steps call the answer.
    pub(super) name: String,
    /// `string`, `integer`, …, or the field that asks.
    pub(super) kind: String,
    /// Whether it must be answered.
    pub(super) is_required: bool,
    /// Its description, choices and default.
    pub(super) help: String,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// Its name, or its id.
    pub(super) title: String,
    /// `fetch:template`
    pub(super) action: String,
    /// Its `if`, if it has one.
    pub(super) condition: String,
    /// What it does outside the portal's own folder, as far as that is known without answers.
    pub(super) effects: Vec<Effect>,
    /// How many more effects it has.
    pub(super) more: usize,
}

/// Something a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    /// What; a sentence.
    pub(super) what: String,
    /// How it is taken back, or why it stays.
    pub(super) undo: String,
    /// Which of the two.
    pub(super) can_undo: bool,
}

/// Reads the outline, with what its actions say they do. `spec.parameters` may be one page or a list of pages.
pub(super) fn outline(document: &Document, actions: &Registry) -> Outline {
    let parameters = document.value().pointer("/spec/parameters");
    let pages: &[Value] = match parameters {
        Some(Value::Array(pages)) => pages,
        Some(page) => std::slice::from_ref(page),
        None => &[],
    };
    let forms: Vec<Form> = pages.iter().map(form).collect();
    let steps = document.list("/spec/steps");
    let told = steps.iter().map(|one| {
        let action = actions.action(text(one, "action")).ok();
        let planned = action.map(|action| planned(&action, &one["input"]));
        let words = |what: &str| words(what, steps, &forms);
        step(one, planned.unwrap_or_default(), words)
    });
    Outline {
        steps: told.collect(),
        forms,
    }
}

/// What an action does with an input that is not rendered yet. Where it cannot tell that, it says what it is for.
fn planned(action: &Registered, input: &Value) -> Vec<Planned> {
    let mut planned = action.action.plan(input).unwrap_or_default();
    for one in &mut planned {
        // A place that is one expression cannot be taken apart.
        if one.what.contains("}}//") {
            one.what = action.about.description.clone().into_owned();
        }
    }
    planned
}

/// A sentence with the names of questions and steps in place of expressions.
fn words(what: &str, steps: &[Value], forms: &[Form]) -> String {
    let name_of_step = |id: &str| {
        let found = steps.iter().find(|step| text(step, "id") == id);
        found.map_or_else(|| id.to_owned(), title_of_step)
    };
    let question = |name: &str| {
        let mut all = forms.iter().flat_map(|form| &form.questions);
        let found = all.find(|question| question.name == name);
        found.map(|question| question.title.clone())
    };
    in_words(what, name_of_step, question)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn form(page: &Value) -> Form {
    let required: Vec<&str> = page["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = page["properties"].as_object();
    Form {
        title: text(page, "title").to_owned(),
        questions: properties
            .into_iter()
            .flatten()
            .map(|(name, property)| question(name, property, required.contains(&name.as_str())))
            .collect(),
    }
}

fn question(name: &str, property: &Value, is_required: bool) -> Question {
    let or_name = |title: &str| if title.is_empty() { name } else { title }.to_owned();
    let field = text(property, "ui:field");
    let kind = if field.is_empty() {
        text(property, "type")
    } else {
        field
    };
    let mut help = vec![text(property, "description").trim().to_owned()];
    if let Some(choices) = property["enum"].as_array() {
        let choices: Vec<String> = choices.iter().map(plain).collect();
        help.push(format!("One of {}.", choices.join(", ")));
    }
    if let Some(default) = property.get("default") {
        help.push(format!("Default: {}.", plain(default)));
    }
    help.retain(|part| !part.is_empty());
    Question {
        title: or_name(text(property, "title")),
        name: name.to_owned(),
        kind: kind.to_owned(),
        is_required,
        help: help.join(" · "),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn title_of_step(step: &Value) -> String {
    let title = match text(step, "name") {
        "" => text(step, "id"),
        name => name,
    };
    title.to_owned()
}

fn step(step: &Value, planned: Vec<Planned>, words: impl Fn(&str) -> String) -> Step {
    let effect = |one: Planned| {
        let (undo, can_undo) = match one.undo {
            Undo::By(how) => (how, true),
            Undo::None(why) => (why, false),
        };
        Effect {
            what: words(&one.what),
            undo: words(&undo),
            can_undo,
        }
    };
    Step {
        title: title_of_step(step),
        action: text(step, "action").to_owned(),
        condition: step.get("if").map(plain).unwrap_or_default(),
        more: planned.len().saturating_sub(MAX_EFFECTS),
        effects: planned.into_iter().take(MAX_EFFECTS).map(effect).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Document, Registry};

    fn outline(document: &Document) -> super::Outline {
        super::outline(document, &Registry::default())
    }

    #[test]
    fn a_template_says_what_it_asks_and_does() {
        let document = Document::from(json!({"spec": {
            "parameters": [{"title": "What", "required": ["name"], "properties": {
                "name": {"title": "Name", "type": "string", "description": "Lower case"},
                "port": {"type": "integer", "default": 8080, "enum": [80, 8080]},
                "owner": {"type": "string", "ui:field": "OwnerPicker"},
            }}],
            "steps": [
                {"id": "fetch", "name": "Fetch", "action": "fetch:template"},
                {"id": "db", "action": "db:make", "if": "${{ parameters.db }}"},
            ],
        }}));
        let outline = outline(&document);
        let questions = &outline.forms[0].questions;
        let told: Vec<_> = questions
            .iter()
            .map(|q| {
                (
                    q.title.as_str(),
                    q.kind.as_str(),
                    q.is_required,
                    q.help.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Name", "string", true, "Lower case"),
                (
                    "port",
                    "integer",
                    false,
                    "One of 80, 8080. · Default: 8080."
                ),
                ("owner", "OwnerPicker", false, ""),
            ]
        );
        assert_eq!(outline.steps[1].title, "db");
        assert_eq!(outline.steps[1].condition, "${{ parameters.db }}");
    }

    #[test]
    fn steps_say_what_they_make_with_the_names_of_questions_and_steps() {
        let document = Document::from(json!({"spec": {
            "parameters": {"properties": {"repo": {"title": "Its place", "type": "string"}}},
            "steps": [
                {"id": "fetch", "action": "fetch:plain", "input": {"url": "./skeleton"}},
                {"id": "publish", "name": "Publish it", "action": "publish:gitea", "input": {"repoUrl": "${{ parameters.repo }}"}},
                {"action": "catalog:register", "input": {"repoContentsUrl": "${{ steps.publish.output.repoContentsUrl }}"}},
                {"action": "gitea:secret:create", "input": {"repoUrl": "${{ parameters.repo }}", "name": "TOKEN"}},
                {"action": "github:webhook", "input": {"repoUrl": "${{ parameters.repo }}"}},
                {"action": "no:such"},
            ],
        }}));
        let steps = outline(&document).steps;
        let told = |index: usize| {
            let effects = steps[index].effects.iter();
            effects.map(|one| one.what.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(told(0), [""; 0], "it changes the files of the run only");
        let publish = ["Makes the repository “Its place”, and commits the files to it."];
        assert_eq!(told(1), publish);
        assert!(steps[1].effects[0].can_undo);
        let register = ["Registers the repoContentsUrl of “Publish it” in the catalog."];
        assert_eq!(told(2), register);
        assert!(!told(3)[0].contains("//"), "{:?}", told(3));
        assert!(
            told(4)[0].ends_with(". Where: “Its place”."),
            "{:?}",
            told(4)
        );
        assert_eq!(told(5), [""; 0]);
    }

    #[test]
    fn one_page_needs_no_list_and_none_is_fine() {
        let one = Document::from(json!({"spec": {"parameters": {"properties": {"a": {}}}}}));
        assert_eq!(outline(&one).forms[0].questions.len(), 1);
        let none = Document::from(json!({"spec": {"parameters": 7, "steps": "x"}}));
        assert_eq!(outline(&none).forms[0].questions.len(), 0);
    }
}
