//! A template is executed as if, without a journal: nothing is kept and nothing is done outside.
//!
//! Backstage: scaffolder-backend, `createDryRunner` (`scaffolder-api.md` §1.4).

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    API_VERSION, Services, Workspace,
    actions::{ActionCall, Line, Lines, Mask, Outcome, Registry, RunFacts, StepLog},
    fetch::{Origin, Pins},
    rendering::{Scope, gather},
    schema::{SchemaFault, faults},
    spec::{Step, TaskSpec, TaskUser, parameter_steps},
    workspace::EntryKind,
};
use crate::{
    clock::new_id,
    entity::EntityRef,
    error::{Error, Result},
};

/// What is to be tried.
#[derive(Debug)]
pub struct DryRun {
    /// A whole template entity.
    pub template: Value,
    /// The answers.
    pub values: Map<String, Value>,
    /// What only the run may know.
    pub secrets: Map<String, Value>,
    /// The files beside the template.
    pub files: BTreeMap<String, Vec<u8>>,
    /// For whom.
    pub user: TaskUser,
}

/// What came of it; in the place of secrets stand stars.
#[derive(Debug)]
pub struct DryRunResult {
    /// What was said, as bodies of events.
    pub log: Vec<Value>,
    /// The files of the workspace: path, whether it can be run, content.
    pub files: Vec<(String, bool, Vec<u8>)>,
    /// What the template gives.
    pub output: Value,
    /// The steps, as written.
    pub steps: Value,
}

/// Why nothing came of it.
#[derive(Debug)]
pub enum DryRunFault {
    /// The answers are not what the template asks for.
    Values(Vec<SchemaFault>),
    /// Anything else.
    Error(Error),
}

impl From<Error> for DryRunFault {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Executes a template as if.
pub async fn dry_run(
    services: &Services,
    actions: &Registry,
    asked: DryRun,
) -> Result<DryRunResult, DryRunFault> {
    check_template(&asked.template)?;
    check_values(&asked.template, &asked.values)?;
    let permit = services.dry_runs.acquire().await;
    let _permit = permit.map_err(Error::internal)?;
    let spec = TaskSpec::new(&asked.template, &asked.values, &asked.user)?;
    let id = format!("dry-run-{}", new_id());
    let workspace = Workspace::temporary(services.folder.join(&id)).await?;
    let given = asked.secrets.values();
    let given = given.filter_map(|secret| secret.as_str().map(str::to_owned));
    let mask = Mask::new(given.chain(services.environment_secrets()));
    let mut trial = Trial {
        services,
        actions,
        facts: RunFacts {
            id,
            template_ref: spec.template_ref().to_owned(),
            origin: Origin::Files(Arc::new(asked.files)),
            template_commit: None,
            user: spec.user_ref().map(EntityRef::from_canonical),
            user_entity: asked.user.entity,
        },
        spec: &spec,
        secrets: Value::Object(asked.secrets),
        mask: mask.clone(),
        workspace: workspace.clone(),
        lines: Lines::default(),
        outputs: Map::new(),
    };
    let result = trial.run().await;
    workspace.remove().await;
    let result = result.map_err(|fault| fault.map_text(|text| mask.text(text)));
    Ok(result?)
}

/// The first parameter step whose schema refuses the values decides.
pub fn check_values(
    template: &Value,
    values: &Map<String, Value>,
) -> std::result::Result<(), DryRunFault> {
    let values = Value::Object(values.clone());
    for schema in parameter_steps(template) {
        let found = faults(&schema, &values)?;
        if !found.is_empty() {
            return Err(DryRunFault::Values(found));
        }
    }
    Ok(())
}

/// A whole template entity, as far as Backstage looks at it here.
fn check_template(template: &Value) -> Result<()> {
    let missing = |at: &str, property: &str| {
        let told =
            format!("{at} must have required property '{property}' - missingProperty: {property}");
        Err(Error::Template("TypeError", told))
    };
    let Some(version) = template["apiVersion"].as_str() else {
        return missing("<root>", "apiVersion");
    };
    if version != API_VERSION || template["kind"] != "Template" {
        return Err(Error::Input("Input template is not a template".to_owned()));
    }
    for (at, pointer, property) in [
        ("<root>", "/metadata", "metadata"),
        ("/metadata", "/metadata/name", "name"),
        ("<root>", "/spec", "spec"),
        ("/spec", "/spec/type", "type"),
        ("/spec", "/spec/steps", "steps"),
    ] {
        if template.pointer(pointer).is_none() {
            return missing(at, property);
        }
    }
    let steps = template["spec"]["steps"].as_array().map(Vec::as_slice);
    for (index, step) in steps.unwrap_or_default().iter().enumerate() {
        if step["action"].is_null() {
            return missing(&format!("/spec/steps/{index}"), "action");
        }
    }
    Ok(())
}

struct Trial<'a> {
    services: &'a Services,
    actions: &'a Registry,
    facts: RunFacts,
    spec: &'a TaskSpec,
    secrets: Value,
    mask: Mask,
    workspace: Workspace,
    lines: Lines,
    outputs: Map<String, Value>,
}

impl Trial<'_> {
    async fn run(&mut self) -> Result<DryRunResult> {
        let steps = self.spec.steps();
        // Backstage counts a step of its own, which collects the files.
        let told = format!("Starting up task with {} steps", steps.len() + 1);
        self.lines.push(Line {
            kind: "log",
            body: json!({"message": told}),
        });
        for step in &steps {
            self.step(step).await?;
        }
        let output = self.scope().output(&self.spec.0["output"]).await?;
        Ok(DryRunResult {
            files: self.files().await?,
            log: self
                .lines
                .take()
                .into_iter()
                .map(|line| line.body)
                .collect(),
            output: self.mask.value(&output),
            steps: self.spec.0["steps"].clone(),
        })
    }

    async fn step(&mut self, step: &Step) -> Result<()> {
        let log = StepLog::new(self.lines.clone(), self.mask.clone(), &step.id);
        log.status("processing", &format!("Beginning step {}", step.name));
        if step.each.is_none() {
            let condition = step.condition.as_ref();
            if !self.scope().condition(condition, false).await?.holds {
                let told = format!(
                    "Skipping step {} because its if condition was false",
                    step.id
                );
                log.status("skipped", &told);
                return Ok(());
            }
        }
        let action = self.actions.action(&step.action)?;
        let about = &action.about;
        let scope = self.inner_scope();
        let input = scope.render(&step.input).await?.unwrap_or_default();
        let shown =
            serde_json::to_string_pretty(&self.mask.value(&input)).map_err(Error::internal)?;
        log.info(&format!(
            "Running {} in dry-run mode with inputs (secrets redacted): {shown}",
            about.id
        ));
        let output = if about.supports_dry_run {
            let output = self.passes(step, input, &log).await?;
            log.status("completed", &format!("Finished step {}", step.name));
            output
        } else {
            let told = format!("Skipping because {} does not support dry-run", about.id);
            log.status("skipped", &told);
            about.output.as_ref().map_or_else(|| json!({}), example)
        };
        self.outputs
            .insert(step.id.clone(), json!({"output": output}));
        Ok(())
    }

    async fn passes(&self, step: &Step, input: Value, log: &StepLog) -> Result<Value> {
        let Some(items) = self.inner_scope().items(step).await? else {
            return Ok(Value::Object(self.pass(step, &input, log).await?));
        };
        let mut lists = Map::new();
        for (key, value) in items {
            let each = json!({"key": key, "value": value});
            let scope = self.inner_scope().with("each", each.clone());
            if !scope.condition(step.condition.as_ref(), false).await?.holds {
                continue;
            }
            log.info(&format!("Running step each: {each}"));
            let input = scope.render(&step.input).await?.unwrap_or_default();
            gather(&mut lists, self.pass(step, &input, log).await?);
        }
        Ok(Value::Object(lists))
    }

    async fn pass(&self, step: &Step, input: &Value, log: &StepLog) -> Result<Map<String, Value>> {
        let action = self.actions.action(&step.action)?;
        action.about.check(input, log)?;
        let cancelled = CancellationToken::new();
        let call = ActionCall {
            input,
            run: &self.facts,
            workspace: &self.workspace,
            services: self.services,
            log: log.clone(),
            pins: Pins::default(),
            journal: None,
            answer: None,
            cancelled: &cancelled,
        };
        match action.action.execute(&call).await? {
            Outcome::Done(output) => Ok(output),
            Outcome::Wait(_) => Ok(Map::new()),
        }
    }

    async fn files(&self) -> Result<Vec<(String, bool, Vec<u8>)>> {
        let mut files = Vec::new();
        for entry in self.workspace.manifest().await?.0 {
            if matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
                let content = self.mask.content(self.workspace.content(&entry).await?);
                let path = self.mask.text(&entry.path);
                files.push((path, entry.kind == EntryKind::Executable, content));
            }
        }
        Ok(files)
    }

    fn scope(&self) -> Scope {
        Scope::of_task(self.services, self.spec, &self.outputs, &self.facts.id)
    }

    fn inner_scope(&self) -> Scope {
        self.scope()
            .with_secret_names(self.services, self.secrets.clone())
    }
}

/// A value such as a schema describes, for the steps behind one that was not executed.
pub(super) fn example(schema: &Value) -> Value {
    if let Some(first) = schema["examples"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(
                fields
                    .map(|(name, field)| (name.clone(), example(field)))
                    .collect(),
            )
        }
        Some("array") => match &schema["items"] {
            Value::Array(list) => list
                .first()
                .map_or_else(|| json!([]), |item| json!([example(item)])),
            Value::Null => json!([]),
            item => json!([example(item)]),
        },
        Some("string") => json!("<example>"),
        Some("number" | "integer") => json!(0),
        Some("boolean") => json!(false),
        _ => json!("<unknown>"),
    }
}
