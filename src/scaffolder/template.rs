//! A software template as the scaffolder sees it: what it asks, what it does, what it hands over.
//!
//! Backstage: scaffolder-common, `TemplateEntityV1beta3`. Every part knows the JSON pointer it was read from, so that
//! whoever has the file's text can say where it stands.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// The only version there is.
pub const API_VERSION: &str = "scaffolder.backstage.io/v1beta3";

/// A software template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateEntity {
    /// `metadata.title`, else `metadata.name`.
    pub title: String,
    /// `metadata.description`
    pub description: Option<String>,
    /// `metadata["ui:options"]`
    pub ui_options: Option<Value>,
    /// `spec.type`
    pub kind: String,
    /// `spec.owner`, as written.
    pub owner: Option<String>,
    /// The pages of its form.
    pub parameters: Vec<ParameterStep>,
    /// What it does, in order.
    pub steps: Vec<TemplateStep>,
    /// What is shown at the end, unrendered.
    pub output: TemplateOutput,
    /// JSON Schema of the secrets it needs.
    pub secrets_schema: Option<Value>,
    /// Names of the form's buttons.
    pub presentation: Option<Presentation>,
    /// What runs over the form's values before they are sent.
    pub form_decorators: Vec<FormDecorator>,
    /// Whether a run starts over after the portal was restarted.
    pub starts_over: bool,
}

/// A page of a template's form.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterStep {
    /// Its title, if it has one.
    pub title: Option<String>,
    /// What is said below the title.
    pub description: Option<String>,
    /// JSON Schema with `ui:` options, as written.
    pub schema: Value,
    /// JSON pointer of the page in the entity.
    pub pointer: String,
}

/// A step of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateStep {
    /// Its id; `step-<number>` where none is written.
    pub id: String,
    /// Its name; the action's id where none is written.
    pub name: String,
    /// Id of the action.
    pub action: String,
    /// What the action gets, unrendered.
    pub input: Map<String, Value>,
    /// `if`: a boolean or a template.
    pub condition: Option<Value>,
    /// `each`: a list, or a template that becomes one.
    pub each: Option<Value>,
    /// JSON pointer of the step in the entity.
    pub pointer: String,
}

/// What a template hands over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateOutput {
    /// Links to show.
    pub links: Vec<OutputLink>,
    /// Texts to show.
    pub text: Vec<OutputText>,
    /// Everything as written, also what has names of its own.
    pub all: Map<String, Value>,
}

/// A link, unrendered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutputLink {
    /// What the link says.
    pub title: Option<String>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Where it leads,
    pub url: Option<String>,
    /// or the entity whose page it leads to.
    pub entity_ref: Option<String>,
    /// Whether it is shown.
    pub condition: Option<Value>,
}

/// A text, unrendered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutputText {
    /// Its title.
    pub title: Option<String>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Markdown.
    pub content: Option<String>,
    /// Whether it is open at first.
    pub is_default: bool,
    /// Whether it is shown.
    pub condition: Option<Value>,
}

/// Names of the form's buttons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Presentation {
    /// Leads a page back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_button_text: Option<String>,
    /// Starts the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_button_text: Option<String>,
    /// Leads to the review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_button_text: Option<String>,
}

/// What runs over the form's values before they are sent.
#[derive(Debug, Clone, PartialEq)]
pub struct FormDecorator {
    /// Its id.
    pub id: String,
    /// What it gets.
    pub input: Option<Value>,
}

impl TemplateEntity {
    /// Reads a template from an entity that its kind has accepted. The error is one of the input: it is no template,
    /// or one of a version that is not read.
    pub fn read(entity: &Value) -> Result<Self> {
        let is_template = text(entity, "kind").as_deref() == Some("Template");
        let version = text(entity, "apiVersion").unwrap_or_default();
        if !is_template || version != API_VERSION {
            return Err(Error::Input(format!(
                "Unsupported apiVersion field in schema entity: {version}. A template has the kind Template and {API_VERSION}."
            )));
        }
        let (metadata, spec) = (&entity["metadata"], &entity["spec"]);
        let buttons = spec.pointer("/presentation/buttonLabels");
        let decorators = ["formDecorators", "EXPERIMENTAL_formDecorators"];
        let decorators = decorators.iter().find_map(|key| spec[*key].as_array());
        Ok(Self {
            title: text(metadata, "title")
                .or(text(metadata, "name"))
                .unwrap_or_default(),
            description: text(metadata, "description"),
            ui_options: metadata.get("ui:options").cloned(),
            kind: text(spec, "type").unwrap_or_default(),
            owner: text(spec, "owner"),
            parameters: parameters(&spec["parameters"]),
            steps: list(&spec["steps"])
                .enumerate()
                .map(|(index, step)| TemplateStep::read(index, step))
                .collect(),
            output: TemplateOutput::read(&spec["output"]),
            secrets_schema: spec.pointer("/secrets/schema").cloned(),
            presentation: buttons.map(Presentation::read),
            form_decorators: decorators
                .into_iter()
                .flatten()
                .filter_map(FormDecorator::read)
                .collect(),
            starts_over: spec
                .pointer("/EXPERIMENTAL_recovery/EXPERIMENTAL_strategy")
                .and_then(Value::as_str)
                == Some("startOver"),
        })
    }
}

/// `spec.parameters` is one page, or a list of them.
fn parameters(parameters: &Value) -> Vec<ParameterStep> {
    let page = |schema: &Value, pointer: String| ParameterStep {
        title: text(schema, "title"),
        description: text(schema, "description"),
        schema: schema.clone(),
        pointer,
    };
    match parameters {
        Value::Array(pages) => {
            let pages = pages.iter().enumerate();
            pages
                .map(|(index, schema)| page(schema, format!("/spec/parameters/{index}")))
                .collect()
        }
        Value::Object(_) => vec![page(parameters, "/spec/parameters".to_owned())],
        _ => Vec::new(),
    }
}

impl TemplateStep {
    fn read(index: usize, step: &Value) -> Self {
        let action = text(step, "action").unwrap_or_default();
        Self {
            id: text(step, "id").unwrap_or_else(|| format!("step-{}", index + 1)),
            name: text(step, "name").unwrap_or_else(|| action.clone()),
            action,
            input: step["input"].as_object().cloned().unwrap_or_default(),
            condition: step.get("if").cloned(),
            each: step.get("each").cloned(),
            pointer: format!("/spec/steps/{index}"),
        }
    }
}

impl TemplateOutput {
    fn read(output: &Value) -> Self {
        let link = |link: &Value| OutputLink {
            title: text(link, "title"),
            icon: text(link, "icon"),
            url: text(link, "url"),
            entity_ref: text(link, "entityRef"),
            condition: link.get("if").cloned(),
        };
        let shown = |item: &Value| OutputText {
            title: text(item, "title"),
            icon: text(item, "icon"),
            content: text(item, "content"),
            is_default: item["default"] == true,
            condition: item.get("if").cloned(),
        };
        Self {
            links: list(&output["links"]).map(link).collect(),
            text: list(&output["text"]).map(shown).collect(),
            all: output.as_object().cloned().unwrap_or_default(),
        }
    }
}

impl Presentation {
    fn read(labels: &Value) -> Self {
        Self {
            back_button_text: text(labels, "backButtonText"),
            create_button_text: text(labels, "createButtonText"),
            review_button_text: text(labels, "reviewButtonText"),
        }
    }
}

impl FormDecorator {
    fn read(decorator: &Value) -> Option<Self> {
        Some(Self {
            id: text(decorator, "id")?,
            input: decorator.get("input").cloned(),
        })
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::TemplateEntity;

    fn template(spec: &Value) -> Value {
        json!({
            "apiVersion": "scaffolder.backstage.io/v1beta3",
            "kind": "Template",
            "metadata": {"name": "shop", "description": "A shop"},
            "spec": spec,
        })
    }

    #[test]
    fn a_template_is_read_with_its_defaults() {
        let read = TemplateEntity::read(&template(&json!({
            "type": "service",
            "owner": "group:a",
            "parameters": {"title": "Name", "properties": {"name": {"type": "string"}}},
            "steps": [
                {"action": "debug:log"},
                {"id": "go", "name": "Go", "action": "fetch:template", "input": {"url": "./x"}, "if": true, "each": [1]},
            ],
            "output": {
                "links": [{"title": "Open", "url": "${{ steps.go.output.x }}", "if": "${{ true }}"}],
                "text": [{"content": "*done*", "default": true}],
                "own": "x",
            },
            "secrets": {"schema": {"required": ["token"]}},
            "presentation": {"buttonLabels": {"createButtonText": "Make it"}},
            "EXPERIMENTAL_formDecorators": [{"id": "d"}],
            "EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "startOver"},
        })))
        .unwrap();
        assert_eq!((read.title.as_str(), read.parameters.len()), ("shop", 1));
        assert_eq!(read.parameters[0].pointer, "/spec/parameters");
        assert_eq!(
            (read.steps[0].id.as_str(), read.steps[0].name.as_str()),
            ("step-1", "debug:log")
        );
        assert_eq!(read.steps[1].input["url"], "./x");
        assert_eq!(read.steps[1].pointer, "/spec/steps/1");
        assert_eq!(read.output.links[0].condition, Some(json!("${{ true }}")));
        assert!(read.output.text[0].is_default && read.starts_over);
        assert_eq!(read.output.all["own"], "x");
        assert_eq!(read.secrets_schema, Some(json!({"required": ["token"]})));
        assert_eq!(
            serde_json::to_value(read.presentation).unwrap(),
            json!({"createButtonText": "Make it"})
        );
        assert_eq!(read.form_decorators[0].id, "d");
    }

    #[test]
    fn other_kinds_and_versions_are_refused() {
        let mut old = template(&json!({"type": "a", "steps": []}));
        old["apiVersion"] = json!("backstage.io/v1beta2");
        assert!(
            TemplateEntity::read(&old)
                .unwrap_err()
                .to_string()
                .contains("v1beta2")
        );
        old["kind"] = json!("Component");
        assert!(TemplateEntity::read(&old).is_err());
    }
}
