//! What a check needs to know of an action: the names its schemas have.

use serde_json::Value;

use crate::scaffolder::actions::{About, UnknownKeys};

/// The names an action knows.
#[derive(Debug)]
pub(super) struct ActionNames<'a> {
    about: &'a About,
    /// Each with the names that may stand for it.
    pub(super) required: Vec<Vec<&'a str>>,
    pub(super) inputs: Vec<&'a str>,
    pub(super) outputs: Vec<&'a str>,
}

impl<'a> ActionNames<'a> {
    pub(super) fn of(about: &'a About) -> Self {
        let alternatives = alternatives(&about.input);
        let mut required = common(&alternatives);
        if !about.one_of.is_empty() {
            required.push(about.one_of.to_vec());
        }
        let mut inputs: Vec<&str> = Vec::new();
        for name in alternatives.iter().flat_map(|schema| names(schema)) {
            if !inputs.contains(&name) {
                inputs.push(name);
            }
        }
        let outputs = about.output.as_ref().into_iter().flat_map(names);
        Self {
            about,
            required,
            inputs,
            outputs: outputs
                .chain(about.unsaid_outputs.iter().copied())
                .collect(),
        }
    }

    /// Whether it takes an input of this name.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.inputs.contains(&name) || !is_closed(&self.about.input)
    }

    /// Whether it puts out something of this name.
    pub(super) fn gives(&self, name: &str) -> bool {
        let is_open = self
            .about
            .output
            .as_ref()
            .is_some_and(|schema| !is_closed(schema));
        self.outputs.contains(&name) || is_open
    }

    /// Whether a step fails when its input has a key the action does not know, as with Backstage's core actions.
    /// For others it is a mistake that does no harm: many templates make it.
    pub(super) fn refuses_unknown_input(&self) -> bool {
        self.about.unknown_keys == UnknownKeys::Refused
    }
}

/// The schemas of which one must hold.
fn alternatives(schema: &Value) -> Vec<&Value> {
    match schema["anyOf"].as_array() {
        Some(all) => all.iter().collect(),
        None => vec![schema],
    }
}

fn names(schema: &Value) -> impl Iterator<Item = &str> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, _)| name.as_str())
}

fn is_closed(schema: &Value) -> bool {
    let closed = |schema: &&Value| schema["additionalProperties"] == false;
    alternatives(schema).iter().all(closed)
}

/// What must be given; of alternatives that require one name each, any of these.
fn common<'a>(alternatives: &[&'a Value]) -> Vec<Vec<&'a str>> {
    let required = |schema: &&'a Value| -> Vec<&'a str> {
        let names = schema["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).collect()
    };
    let all: Vec<Vec<&str>> = alternatives.iter().map(required).collect();
    match all.as_slice() {
        [only] => only.iter().map(|name| vec![*name]).collect(),
        several => vec![
            several
                .iter()
                .filter_map(|names| names.first().copied())
                .collect(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaffolder::actions::Registry;

    #[test]
    fn names_are_those_of_the_schemas() {
        let registry = Registry::default();
        let of = |id: &str| ActionNames::of(&registry.find(id).expect("it is there").about);
        let fetch = of("fetch:template");
        assert_eq!(fetch.required, [["url"]]);
        assert!(fetch.takes("values") && !fetch.takes("parameters"));
        assert!(fetch.refuses_unknown_input());
        let register = of("catalog:register");
        assert_eq!(register.required, [["catalogInfoUrl", "repoContentsUrl"]]);
        assert!(register.takes("catalogInfoPath") && register.takes("optional"));
        assert!(register.gives("entityRef") && !register.gives("url"));
        assert_eq!(of("catalog:fetch").required, [["entityRef", "entityRefs"]]);
        assert!(!of("publish:github").refuses_unknown_input());
    }
}
