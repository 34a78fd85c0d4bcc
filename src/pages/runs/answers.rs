//! The answers a run was started with, as far as the template lets them be seen (`ui:backstage.review`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::{
    entity::{ShownValue, label_of},
    link::EntityLink,
};
use crate::{
    catalog::Snapshot,
    entity::EntityRef,
    scaffolder::spec::{TaskSpec, parameter_steps},
};

/// What stands for an answer that is not to be seen.
const HIDDEN: &str = "******";
/// Schemas within schemas that are looked through.
const MAX_DEPTH: usize = 8;
/// Characters of the answers in a list.
const MAX_BRIEF: usize = 80;

/// An answer, ready to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// What was asked.
    pub(super) label: String,
    pub(super) value: ShownValue,
}

/// The questions of a template by name: what each asks, and how its answer may be shown.
pub(super) struct Questions<'t>(BTreeMap<&'t str, &'t Value>);

impl<'t> Questions<'t> {
    /// Of the parameter steps of a template.
    pub(super) fn new(steps: &'t [Value]) -> Self {
        let mut found = BTreeMap::new();
        for step in steps {
            collect(step, &mut found, 0);
        }
        Self(found)
    }

    /// How an answer is shown; `None`: not at all.
    fn shown<'v>(&self, name: &str, value: &'v Value) -> Option<std::borrow::Cow<'v, Value>> {
        use std::borrow::Cow;
        let Some(question) = self.0.get(name) else {
            return Some(Cow::Borrowed(value));
        };
        let review = &question["ui:backstage"]["review"];
        if review["show"] == false {
            return None;
        }
        let option = |key: &str| {
            let direct = question[format!("ui:{key}")].as_str();
            direct.or_else(|| question["ui:options"][key].as_str())
        };
        let is_secret = option("widget") == Some("password") || option("field") == Some("Secret");
        match review["mask"].as_str() {
            Some(mask) => Some(Cow::Owned(mask.into())),
            None if is_secret => Some(Cow::Owned(HIDDEN.into())),
            None => Some(Cow::Borrowed(value)),
        }
    }

    fn label(&self, name: &str) -> String {
        let question = self.0.get(name);
        let title = question.and_then(|question| question["title"].as_str());
        title.map_or_else(|| label_of(name), str::to_owned)
    }
}

/// Properties, also those of conditional parts.
fn collect<'t>(schema: &'t Value, found: &mut BTreeMap<&'t str, &'t Value>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        found.entry(name).or_insert(property);
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let list = schema[key].as_array().map(Vec::as_slice);
        for part in list.unwrap_or_default() {
            collect(part, found, depth + 1);
        }
    }
    for key in ["if", "then", "else"] {
        collect(&schema[key], found, depth + 1);
    }
    for part in schema["dependencies"]
        .as_object()
        .into_iter()
        .flat_map(Map::values)
    {
        collect(part, found, depth + 1);
    }
}

/// The parameter steps of a template of the catalog; `None` if it is gone.
pub(super) fn form(catalog: &Snapshot<'_>, template_ref: &str) -> Option<Vec<Value>> {
    let json = catalog.entity(template_ref)?;
    let template: Value = serde_json::from_slice(&json).ok()?;
    Some(parameter_steps(&template))
}

fn values(spec: &TaskSpec) -> impl Iterator<Item = (&str, &Value)> {
    let values = spec.0["parameters"].as_object();
    let values = values.into_iter().flatten();
    values.map(|(name, value)| (name.as_str(), value))
}

/// The answers of a run. Of a template that is gone nobody knows what may be seen: then they are all hidden.
pub(super) fn answers(catalog: &Snapshot<'_>, spec: &TaskSpec) -> Vec<Answer> {
    let form = form(catalog, spec.template_ref());
    let steps = form.as_deref().unwrap_or_default();
    let questions = Questions::new(steps);
    let entity = |text: &str| {
        let entity_ref = text
            .contains(':')
            .then(|| EntityRef::parse(text, None, "default"));
        let link = EntityLink::find(catalog, &entity_ref?.ok()?);
        link.exists().then_some(link)
    };
    values(spec)
        .filter_map(|(name, value)| {
            let hidden = Value::from(HIDDEN);
            let shown = match form {
                Some(_) => questions.shown(name, value)?.into_owned(),
                None => hidden,
            };
            Some(Answer {
                label: questions.label(name),
                value: ShownValue::new(&shown, &entity),
            })
        })
        .collect()
}

/// The first answers in a few words, to tell runs of a template apart.
pub(super) fn brief(questions: Option<&Questions<'_>>, spec: &TaskSpec) -> String {
    let Some(questions) = questions else {
        return String::new();
    };
    let mut told = String::new();
    for (name, value) in values(spec) {
        // What is masked says nothing.
        let Some(std::borrow::Cow::Borrowed(shown)) = questions.shown(name, value) else {
            continue;
        };
        let Some(text) = shown.as_str().filter(|text| !text.is_empty()) else {
            continue;
        };
        if told.chars().count() + text.chars().count() > MAX_BRIEF {
            break;
        }
        if !told.is_empty() {
            told += ", ";
        }
        told += text;
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Questions, brief};
    use crate::scaffolder::spec::TaskSpec;

    #[test]
    fn answers_are_shown_as_the_template_lets_them() {
        let steps = [json!({
            "properties": {
                "name": {"title": "Name"},
                "pin": {"ui:backstage": {"review": {"mask": "<hidden>"}}},
                "quiet": {"ui:backstage": {"review": {"show": false}}},
                "word": {"ui:widget": "password"},
                "db": {},
            },
            "dependencies": {"db": {"oneOf": [{"properties": {"key": {"ui:options": {"widget": "password"}}}}]}},
        })];
        let questions = Questions::new(&steps);
        let secret = json!("hunter2");
        let shown = |name| {
            let shown = questions.shown(name, &secret)?;
            Some(shown.as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(shown("name").as_deref(), Some("hunter2"));
        assert_eq!(shown("pin").as_deref(), Some("<hidden>"));
        assert_eq!(shown("quiet"), None);
        assert_eq!(shown("word").as_deref(), Some("******"));
        assert_eq!(shown("key").as_deref(), Some("******"));
        assert_eq!(questions.label("name"), "Name");
        assert_eq!(questions.label("dbName"), "Db name");
        let spec =
            TaskSpec(json!({"parameters": {"name": "shop", "quiet": "x", "size": 3, "word": "x"}}));
        assert_eq!(brief(Some(&questions), &spec), "shop");
        assert_eq!(brief(None, &spec), "");
    }
}
