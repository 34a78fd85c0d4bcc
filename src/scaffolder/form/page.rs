//! The pages of a template's form.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    answers::{Answers, without_blanks},
    build::Builder,
    effective::effective,
    fault::{AnswerFault, at_fields},
    field::{Control, Field, Look, all_fields},
    pointer,
    read::{Sent, read},
    rules::{self, Surroundings},
    ui::Ui,
};
use crate::{
    error::Result,
    scaffolder::{TemplateEntity, schema::faults_with_formats},
};

/// The title of a page that has none, as Backstage calls it.
const UNTITLED: &str = "Please enter the following information";
/// Schemas within schemas are searched for names so deep.
const MAX_DEPTH: usize = 20;

/// A page of a form.
#[derive(Debug, Clone)]
pub struct FormPage {
    /// What it is called.
    pub title: String,
    /// What is said about it; Markdown.
    pub description: String,
    /// Its JSON Schema, as written.
    schema: Value,
}

/// The pages of a template, but for those that wait for a feature.
#[must_use]
pub fn pages(template: &TemplateEntity) -> Vec<FormPage> {
    let steps = template.parameters.iter();
    let asked = steps.filter(|step| !Ui::of(&step.schema).waits_for_feature());
    asked
        .map(|step| FormPage {
            title: step.title.clone().unwrap_or_else(|| UNTITLED.to_owned()),
            description: step.description.clone().unwrap_or_default(),
            schema: step.schema.clone(),
        })
        .collect()
}

impl FormPage {
    /// What it asks, for the answers there are.
    #[must_use]
    pub fn fields(&self, answers: &Answers) -> Vec<Field> {
        Builder::new(&self.schema, answers).fields()
    }

    /// What is wrong with the answers. [`crate::error::Error::Input`] if its schema is none.
    pub fn faults(&self, answers: &Answers, around: &Surroundings<'_>) -> Result<Vec<AnswerFault>> {
        let mut closed = answers.clone();
        closed.close_gaps();
        let builder = Builder::new(&self.schema, &closed);
        let asked = builder.fields();
        let schema = effective(&builder, &self.schema);
        let values = cleaned(&closed.values, &asked);
        let broken = faults_with_formats(&schema, &Value::Object(values))?;
        let mut faults = at_fields(&broken, &asked);
        for fault in &mut faults {
            fault.pointer = answers.with_gaps(&fault.pointer);
        }
        let fields = self.fields(answers);
        for fault in rules::faults(&fields, answers, around) {
            if !faults.iter().any(|other| other.pointer == fault.pointer) {
                faults.push(fault);
            }
        }
        Ok(in_order(faults, &fields))
    }

    /// Names of properties its answers may have, and of those that are asked now.
    fn names(&self, answers: &Answers) -> (BTreeSet<String>, BTreeSet<String>) {
        let mut possible = BTreeSet::new();
        collect_names(&self.schema, &self.schema, &mut possible, 0);
        let schema = effective(&Builder::new(&self.schema, answers), &self.schema);
        let asked = schema["properties"].as_object();
        let asked = asked.into_iter().flat_map(|all| all.keys().cloned());
        (possible, asked.collect())
    }
}

/// Takes over what was sent for a page.
pub fn read_page(page: &FormPage, answers: &mut Answers, sent: &Sent) {
    read(&page.schema, answers, sent);
}

/// The answers as a run gets them: without empty places, and without what is not asked any more.
#[must_use]
pub fn final_values(pages: &[FormPage], answers: &Answers) -> Map<String, Value> {
    let mut values = without_blanks(&answers.values);
    let (mut possible, mut asked) = (BTreeSet::new(), BTreeSet::new());
    for page in pages {
        values = cleaned(&values, &page.fields(answers));
        let (may_be, is) = page.names(answers);
        possible.extend(may_be);
        asked.extend(is);
    }
    values.retain(|name, _| asked.contains(name) || !possible.contains(name));
    values
}

/// Without lists nobody filled, and addresses of which only the host is known.
fn cleaned(values: &Map<String, Value>, fields: &[Field]) -> Map<String, Value> {
    let mut values = values.clone();
    for field in all_fields(fields) {
        let is_list = match &field.control {
            Control::List { .. } => true,
            Control::Choice { look, .. } => *look == Look::Checkboxes,
            _ => false,
        };
        let is_empty = || {
            let found = pointer::get(&values, &field.pointer).and_then(Value::as_array);
            found.is_some_and(Vec::is_empty)
        };
        let is_nothing = match &field.control {
            Control::RepoUrl { url, .. } => url.text().is_empty(),
            _ => is_list && !field.is_required && is_empty(),
        };
        if is_nothing {
            pointer::set(&mut values, &field.pointer, None);
        }
    }
    values
}

/// Faults in the order of the page; those of the page itself come first.
fn in_order(mut faults: Vec<AnswerFault>, fields: &[Field]) -> Vec<AnswerFault> {
    let order: Vec<&str> = all_fields(fields)
        .map(|field| field.pointer.as_str())
        .collect();
    faults.sort_by_key(|fault| order.iter().position(|pointer| *pointer == fault.pointer));
    faults
}

fn collect_names(root: &Value, schema: &Value, names: &mut BTreeSet<String>, depth: usize) {
    let Some(object) = schema.as_object().filter(|_| depth < MAX_DEPTH) else {
        return;
    };
    for (key, said) in object {
        match (key.as_str(), said) {
            ("properties", Value::Object(properties)) => names.extend(properties.keys().cloned()),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                for part in parts {
                    collect_names(root, part, names, depth + 1);
                }
            }
            ("then" | "else", part) => collect_names(root, part, names, depth + 1),
            ("dependencies" | "dependentSchemas", Value::Object(parts)) => {
                for part in parts.values() {
                    collect_names(root, part, names, depth + 1);
                }
            }
            ("$ref", Value::String(reference)) if depth == 0 => {
                let target = reference.strip_prefix('#').and_then(|at| root.pointer(at));
                if let Some(target) = target {
                    collect_names(root, target, names, depth + 1);
                }
            }
            _ => {}
        }
    }
}
