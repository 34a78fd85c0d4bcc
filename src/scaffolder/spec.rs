//! What a run is to do: the task spec that Backstage's clients see, made of a template and answers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    API_VERSION,
    expression::{Syntax, Template},
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
};

/// The token of the user that every run carries; made anew by whoever executes a step, never stored.
pub const BACKSTAGE_TOKEN: &str = "backstageToken";

/// A task spec, as it is kept and sent: unrendered, without secrets.
#[derive(Debug, Clone)]
pub struct TaskSpec(pub Value);

/// A step of a spec.
#[derive(Debug, Clone)]
pub struct Step {
    /// Unique in the template.
    pub id: String,
    /// For people; may hold expressions that nobody renders.
    pub name: String,
    /// What it does.
    pub action: String,
    /// With what, unrendered.
    pub input: Value,
    /// `if`
    pub condition: Option<Value>,
    /// `each`
    pub each: Option<Value>,
}

/// Who runs a template, as it may ask.
#[derive(Debug, Clone, Default)]
pub struct TaskUser {
    /// Their ref; `None`: nobody said who they are.
    pub entity_ref: Option<String>,
    /// What the catalog knows of them.
    pub entity: Option<Value>,
}

impl TaskSpec {
    /// Of a template entity and the answers of somebody. [`Error::Input`] for another `apiVersion`.
    pub fn new(template: &Value, values: &Map<String, Value>, user: &TaskUser) -> Result<Self> {
        check_version(template)?;
        let mut shown_user = Map::new();
        shown_user.extend(
            user.entity
                .clone()
                .map(|entity| ("entity".to_owned(), entity)),
        );
        let entity_ref = user.entity_ref.clone();
        shown_user.extend(entity_ref.map(|text| ("ref".to_owned(), text.into())));
        let metadata = &template["metadata"];
        let named = EntityRef::new(
            "template",
            metadata["namespace"].as_str().unwrap_or("default"),
            metadata["name"].as_str().unwrap_or_default(),
        );
        let mut info = json!({"entityRef": named.as_str()});
        if let Some(base_url) = base_url(template) {
            info["baseUrl"] = base_url.into();
        }
        info["entity"] = json!({"metadata": metadata});
        Ok(Self(json!({
            "apiVersion": API_VERSION,
            "steps": steps(template),
            "output": template["spec"].get("output").cloned().unwrap_or_else(|| json!({})),
            "parameters": values,
            "user": shown_user,
            "templateInfo": info,
        })))
    }

    /// From its text.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(Error::internal)
    }

    /// The steps, in their order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let list = self.0["steps"].as_array();
        list.map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(Step::of)
            .collect()
    }

    /// Where relative addresses of the template count from.
    #[must_use]
    pub fn base_url(&self) -> Option<&str> {
        self.0["templateInfo"]["baseUrl"].as_str()
    }

    /// Ref of the template.
    #[must_use]
    pub fn template_ref(&self) -> &str {
        self.0["templateInfo"]["entityRef"]
            .as_str()
            .unwrap_or_default()
    }

    /// Location ref of the file the template was read from.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        let annotations = &self.0["templateInfo"]["entity"]["metadata"]["annotations"];
        annotations["backstage.io/managed-by-location"].as_str()
    }

    /// The secrets its steps read, but for the token every run carries.
    #[must_use]
    pub fn secret_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        secrets_of(&self.0["steps"], &mut names);
        names.remove(BACKSTAGE_TOKEN);
        names
    }

    /// Whether a word stands anywhere in its steps.
    #[must_use]
    pub fn mentions(&self, word: &str) -> bool {
        self.0["steps"].to_string().contains(word)
    }

    /// Who runs it.
    #[must_use]
    pub fn user_ref(&self) -> Option<&str> {
        self.0["user"]["ref"].as_str()
    }
}

impl Step {
    /// Whether a word stands anywhere in its input.
    #[must_use]
    pub fn mentions(&self, word: &str) -> bool {
        self.input.to_string().contains(word)
    }

    fn of(step: &Value) -> Self {
        let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        Self {
            id: text("id"),
            name: text("name"),
            action: text("action"),
            input: step.get("input").cloned().unwrap_or_else(|| json!({})),
            condition: step.get("if").cloned(),
            each: step.get("each").cloned(),
        }
    }
}

/// The names below `secrets` that the expressions of a value mention.
fn secrets_of(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.contains("secrets") => {
            let Ok(template) = Template::parse(text, Syntax::default()) else {
                return;
            };
            for mention in template.mentions().variables {
                if let [root, name, ..] = mention.path.as_slice()
                    && root == "secrets"
                {
                    names.insert(name.clone());
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|item| secrets_of(item, names)),
        Value::Object(map) => map.values().for_each(|item| secrets_of(item, names)),
        _ => {}
    }
}

/// [`Error::Input`] for a template of another version.
pub fn check_version(template: &Value) -> Result<()> {
    let version = template["apiVersion"].as_str().unwrap_or_default();
    if version == API_VERSION {
        return Ok(());
    }
    Err(Error::Input(format!(
        "Unsupported apiVersion field in schema entity, {version}"
    )))
}

/// The steps of a template with the ids and names of those that have none.
fn steps(template: &Value) -> Vec<Value> {
    let list = template["spec"]["steps"].as_array();
    let complete = |(index, step): (usize, &Value)| {
        let mut step = step.clone();
        if let Some(step) = step.as_object_mut() {
            if !step.get("id").is_some_and(Value::is_string) {
                step.insert("id".to_owned(), format!("step-{}", index + 1).into());
            }
            if !step.get("name").is_some_and(Value::is_string) {
                let action = step.get("action").cloned().unwrap_or_default();
                step.insert("name".to_owned(), action);
            }
        }
        step
    };
    list.map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .enumerate()
        .map(complete)
        .collect()
}

/// Where the template lies: the source location if one is named, else the location that manages it.
fn base_url(template: &Value) -> Option<String> {
    let annotations = &template["metadata"]["annotations"];
    let named = [
        "backstage.io/source-location",
        "backstage.io/managed-by-location",
    ];
    let location = named
        .iter()
        .find_map(|annotation| annotations[*annotation].as_str())?;
    match location.split_once(':')? {
        ("url", target) => Some(target.to_owned()),
        ("file", path) => Some(format!("file://{path}")),
        _ => None,
    }
}

/// The parameter steps of a template: one or a list of JSON Schemas.
#[must_use]
pub fn parameter_steps(template: &Value) -> Vec<Value> {
    match template["spec"].get("parameters") {
        Some(Value::Array(list)) => list.clone(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_has_what_clients_look_at() {
        let template = json!({
            "apiVersion": API_VERSION, "kind": "Template",
            "metadata": {"name": "T", "annotations": {"backstage.io/managed-by-location": "file:/x/t.yaml"}},
            "spec": {"steps": [{"action": "debug:log"}, {"id": "two", "name": "Two", "action": "fetch:plain", "if": "${{ a }}"}]},
        });
        let user = TaskUser {
            entity_ref: Some("user:default/ana".to_owned()),
            entity: None,
        };
        let spec = TaskSpec::new(&template, &Map::new(), &user).expect("a spec");
        let keys: Vec<&String> = spec.0.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            [
                "apiVersion",
                "steps",
                "output",
                "parameters",
                "user",
                "templateInfo"
            ]
        );
        assert_eq!(spec.base_url(), Some("file:///x/t.yaml"));
        assert_eq!(spec.template_ref(), "template:default/t");
        let steps = spec.steps();
        assert_eq!(
            (steps[0].id.as_str(), steps[0].name.as_str()),
            ("step-1", "debug:log")
        );
        assert_eq!(steps[1].condition, Some(json!("${{ a }}")));
        let old = json!({"apiVersion": "backstage.io/v1beta2"});
        assert!(TaskSpec::new(&old, &Map::new(), &user).is_err());
    }

    #[test]
    fn the_secrets_a_run_reads_are_known_by_name() {
        let spec = TaskSpec(json!({"steps": [
            {"input": {"token": "${{ secrets.gitToken or secrets['other'] }}"}},
            {"if": "${{ secrets.gitToken }}", "input": {"list": ["${{ secrets.backstageToken }}", "the word secrets.none"]}},
        ]}));
        let names: Vec<String> = spec.secret_names().into_iter().collect();
        assert_eq!(names, ["gitToken", "other"]);
    }
}
