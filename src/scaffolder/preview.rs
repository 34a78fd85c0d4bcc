//! What a run would make, before it starts: every effect and how it can be taken back, the files as they would be
//! published, and the output.
//!
//! What only changes the run's own files is executed, in a folder that goes again; of everything else the plan is
//! taken. Hosts are read, each revision at one commit; nothing is written, and no secret is known here.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    Services, Workspace,
    actions::{
        About, ActionCall, Lines, Mask, Outcome, Registry, RunFacts, StepLog, published_files,
    },
    dry_run::example,
    effects::Undo,
    fetch::{Origin, Pins},
    host_map::redirected,
    rendering::{Scope, gather},
    spec::{Step, TaskSpec},
    workspace::{Entry, EntryKind, MAX_BYTES},
};
use crate::{
    clock::new_id,
    entity::EntityRef,
    error::{Error, Result},
};

/// Whoever waits for a preview is told after this that it takes too long.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// What stands for the id of the run, so that the same answers give the same files.
const ID: &str = "preview";

/// What a run would make.
#[derive(Debug, Default)]
pub struct Preview {
    /// What would be done outside, in the order of the steps. What depends on an earlier effect shows as an
    /// expression, `${{ steps.publish.output.remoteUrl }}`.
    pub effects: Vec<PlannedStep>,
    /// The files of every step that publishes some, without those `.gitignore` leaves out; of a template that
    /// publishes none, what its folder holds in the end. By step, then by path; at most 64 MiB.
    pub files: Vec<PreviewFile>,
    /// What the template would give; null where it was stopped.
    pub output: Value,
    /// Which step could not go on, and why; a sentence. The effects of the steps behind it are planned all the same.
    pub stopped: Option<String>,
}

/// Something a step would do.
#[derive(Debug, Clone)]
pub struct PlannedStep {
    /// The step.
    pub step_id: String,
    /// Its action.
    pub action: String,
    /// What is done; a sentence.
    pub what: String,
    /// How it can be taken back.
    pub undo: Undo,
}

/// A file a run would make.
#[derive(Debug, Clone)]
pub struct PreviewFile {
    /// The step that publishes it; `None`: no step publishes anything.
    pub step_id: Option<String>,
    /// In the repository, or in the run's folder where nothing is published; with `/`.
    pub path: String,
    /// Whether it can be run.
    pub is_executable: bool,
    /// Its content; shared between the steps that publish the same.
    pub content: Bytes,
}

/// What a run of a spec would make, for somebody.
///
/// A step that cannot go on stops the preview, which says so; an error is our own fault.
pub async fn preview(
    services: &Services,
    actions: &Registry,
    spec: &TaskSpec,
    user: Option<&EntityRef>,
) -> Result<Preview> {
    let permit = services.dry_runs.acquire().await;
    let _permit = permit.map_err(Error::internal)?;
    let folder = services.folder.join(format!("preview-{}", new_id()));
    let workspace = Workspace::temporary(folder).await?;
    let mask = Mask::new(services.environment_secrets());
    let mut trial = Trial {
        services,
        actions,
        spec,
        facts: RunFacts {
            id: ID.to_owned(),
            template_ref: spec.template_ref().to_owned(),
            origin: Origin::of(spec.base_url()),
            template_commit: None,
            user: user.cloned(),
            user_entity: spec.0["user"].get("entity").cloned(),
        },
        workspace: workspace.clone(),
        pins: Pins::default(),
        outputs: Map::new(),
        contents: Contents {
            mask: mask.clone(),
            ..Contents::default()
        },
        mask,
        has_published: false,
        found: Preview::default(),
    };
    let ended = tokio::time::timeout(TIME_LIMIT, trial.run()).await;
    workspace.remove().await;
    match ended {
        Ok(ended) => ended?,
        Err(_) => {
            trial.found.stopped.get_or_insert_with(|| {
                format!("It takes longer than {} seconds.", TIME_LIMIT.as_secs())
            });
        }
    }
    Ok(trial.found)
}

struct Trial<'a> {
    services: &'a Services,
    actions: &'a Registry,
    spec: &'a TaskSpec,
    facts: RunFacts,
    workspace: Workspace,
    /// Of all steps together: a repository is read at one commit.
    pins: Pins,
    outputs: Map<String, Value>,
    contents: Contents,
    /// For what actions of one's own make of secrets.
    mask: Mask,
    has_published: bool,
    found: Preview,
}

impl Trial<'_> {
    async fn run(&mut self) -> Result<()> {
        for step in &self.spec.steps() {
            let output = match self.step(step).await {
                Ok(Some(output)) => output,
                Ok(None) => continue,
                Err(fault) => {
                    self.stop(step, &fault);
                    self.stand_in(step)
                }
            };
            self.outputs
                .insert(step.id.clone(), json!({"output": output}));
        }
        if self.found.stopped.is_some() {
            return Ok(());
        }
        if !self.has_published {
            let entries = self.workspace.manifest().await?.0;
            let entries = entries.into_iter().map(|entry| (entry.path.clone(), entry));
            self.keep_files(None, entries.collect()).await?;
        }
        let output = self.scope().output(&self.spec.0["output"]).await?;
        self.found.output = self.mask.value(&output);
        Ok(())
    }

    fn stop(&mut self, step: &Step, fault: &Error) {
        let told = format!("Step {} ({}) cannot go on: {fault}", step.id, step.action);
        self.found.stopped.get_or_insert(self.mask.text(&told));
    }

    /// What a step gives; `None`: it is left out.
    async fn step(&mut self, step: &Step) -> Result<Option<Map<String, Value>>> {
        let scope = self.scope();
        let Some(items) = scope.items(step).await? else {
            if !scope.condition(step.condition.as_ref(), false).await?.holds {
                return Ok(None);
            }
            return self.pass(step, &scope).await.map(Some);
        };
        let mut lists = Map::new();
        for (key, value) in items {
            let scope = scope.with("each", json!({"key": key, "value": value}));
            if scope.condition(step.condition.as_ref(), false).await?.holds {
                gather(&mut lists, self.pass(step, &scope).await?);
            }
        }
        Ok(Some(lists))
    }

    /// Plans a step's action, or executes it if it has no effect outside.
    async fn pass(&mut self, step: &Step, scope: &Scope) -> Result<Map<String, Value>> {
        let input = scope.render(&step.input).await?.unwrap_or_default();
        let log = StepLog::new(Lines::default(), self.mask.clone(), &step.id);
        let (id, input) = redirected(self.services, &step.action, input, &log);
        let action = self.actions.action(&id)?;
        let about = &action.about;
        let planned = action.action.plan(&input)?;
        let is_harmless = planned.is_empty() && about.supports_dry_run;
        let planned = planned.into_iter().map(|planned| PlannedStep {
            step_id: step.id.clone(),
            action: id.to_string(),
            what: planned.what,
            undo: planned.undo,
        });
        self.found.effects.extend(planned);
        if self.found.stopped.is_some() {
            return Ok(self.stand_in(step));
        }
        let cancelled = CancellationToken::new();
        let call = ActionCall {
            input: &input,
            run: &self.facts,
            workspace: &self.workspace.clone(),
            services: self.services,
            log: log.clone(),
            pins: self.pins.clone(),
            journal: None,
            answer: None,
            cancelled: &cancelled,
        };
        // What stands in for the output of an earlier step may be of another type than the real one.
        if is_harmless || !step.mentions("steps") {
            about.check(&input, &log)?;
        }
        if is_harmless {
            return match action.action.execute(&call).await? {
                Outcome::Done(output) => Ok(output),
                Outcome::Wait(_) => Ok(Map::new()),
            };
        }
        if publishes(about) {
            let files = published_files(&call).await?;
            self.has_published = true;
            self.keep_files(Some(&step.id), files).await?;
        }
        Ok(self.stand_in(step))
    }

    async fn keep_files(
        &mut self,
        step_id: Option<&str>,
        files: Vec<(String, Entry)>,
    ) -> Result<()> {
        for (path, entry) in files {
            if !matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
                continue;
            }
            let content = self.contents.of(&self.workspace, &entry).await?;
            self.found.files.push(PreviewFile {
                step_id: step_id.map(str::to_owned),
                path: self.mask.text(&path),
                is_executable: entry.kind == EntryKind::Executable,
                content,
            });
        }
        Ok(())
    }

    /// What stands in for the output of a step that is not executed: its texts are expressions that name them.
    fn stand_in(&self, step: &Step) -> Map<String, Value> {
        let Ok(action) = self.actions.action(&step.action) else {
            return Map::new();
        };
        let schema = action.about.output.clone().unwrap_or_default();
        let fields = schema["properties"].as_object().into_iter().flatten();
        let stand_in = |(name, schema): (&String, &Value)| {
            let value = match schema["type"].as_str() {
                Some("object" | "array" | "number" | "integer" | "boolean") => example(schema),
                _ => expression(&step.id, name).into(),
            };
            (name.clone(), value)
        };
        fields.map(stand_in).collect()
    }

    /// What expressions see. No secret is given here, and the configuration's have their names only.
    fn scope(&self) -> Scope {
        Scope::of_task(self.services, self.spec, &self.outputs, ID)
            .with_secret_names(self.services, json!({}))
    }
}

/// Whether an action publishes the run's files: those that do let the template say which.
fn publishes(about: &About) -> bool {
    about.input["properties"].get("sourcePath").is_some()
}

/// An output as a template names it.
fn expression(step_id: &str, name: &str) -> String {
    let is_plain = |text: &str| {
        text.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if is_plain(step_id) {
        format!("${{{{ steps.{step_id}.output.{name} }}}}")
    } else {
        format!("${{{{ steps['{step_id}'].output.{name} }}}}")
    }
}

/// Contents by hash, each held once, with stars in the place of secrets.
#[derive(Default)]
struct Contents {
    known: BTreeMap<Arc<str>, Bytes>,
    size_bytes: u64,
    mask: Mask,
}

impl Contents {
    async fn of(&mut self, workspace: &Workspace, entry: &Entry) -> Result<Bytes> {
        if let Some(known) = self.known.get(entry.hash.as_str()) {
            return Ok(known.clone());
        }
        self.size_bytes += entry.size_bytes;
        if self.size_bytes > MAX_BYTES {
            return Err(Error::Input(format!(
                "The files of all steps together are larger than {} MiB.",
                MAX_BYTES / (1024 * 1024)
            )));
        }
        let content = workspace.content(entry).await?;
        let content = Bytes::from(self.mask.content(content));
        self.known
            .insert(entry.hash.as_str().into(), content.clone());
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_yet_is_named_as_templates_name_it() {
        for (step, expected) in [
            ("publish", "${{ steps.publish.output.remoteUrl }}"),
            ("my-repo", "${{ steps['my-repo'].output.remoteUrl }}"),
        ] {
            assert_eq!(expression(step, "remoteUrl"), expected);
        }
    }
}
