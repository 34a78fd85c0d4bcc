//! A template as one reads it before using it: what it asks, what it does.

use serde_json::Value;

use super::document::Document;

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
}

/// Reads the outline. `spec.parameters` may be one page or a list of pages.
pub(super) fn outline(document: &Document) -> Outline {
    let parameters = document.value().pointer("/spec/parameters");
    let pages: &[Value] = match parameters {
        Some(Value::Array(pages)) => pages,
        Some(page) => std::slice::from_ref(page),
        None => &[],
    };
    Outline {
        forms: pages.iter().map(form).collect(),
        steps: document.list("/spec/steps").iter().map(step).collect(),
    }
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

fn step(step: &Value) -> Step {
    let title = match text(step, "name") {
        "" => text(step, "id"),
        name => name,
    };
    Step {
        title: title.to_owned(),
        action: text(step, "action").to_owned(),
        condition: step.get("if").map(plain).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Document, outline};

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
    fn one_page_needs_no_list_and_none_is_fine() {
        let one = Document::from(json!({"spec": {"parameters": {"properties": {"a": {}}}}}));
        assert_eq!(outline(&one).forms[0].questions.len(), 1);
        let none = Document::from(json!({"spec": {"parameters": 7, "steps": "x"}}));
        assert_eq!(outline(&none).forms[0].questions.len(), 0);
    }
}
