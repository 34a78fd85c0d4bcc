//! Actions of one's own, declared in files: a call over HTTP, or built-in actions one after the other.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{
    About, Action, ActionCall, Outcome, Registry, UnknownKeys,
    own_file::{self, Declared, Does, HttpParts, InnerStep},
};
use crate::{
    config::{ActionFile, Secret},
    error::{Error, Result},
    scaffolder::{
        Services,
        effects::{Effect, HttpCall, Planned, Undo},
        rendering::Scope,
    },
};

/// Those that ship with the portal; a file of the same name replaces one.
const SHIPPED: [(&str, &str); 2] = [
    ("kube-apply.yaml", include_str!("shipped/kube-apply.yaml")),
    (
        "argocd-create-resources.yaml",
        include_str!("shipped/argocd-create-resources.yaml"),
    ),
];

/// An action of a file.
pub(super) struct OwnAction {
    declared: Declared,
    built_in: Registry,
}

impl Registry {
    /// With those that ship as files.
    #[must_use]
    pub fn shipped(&self) -> Self {
        // A test reads them all.
        with_own(self, &[]).unwrap_or_else(|_| self.clone())
    }
}

/// The built-in actions, and those of the files and those that ship as files.
///
/// [`Error::Input`] with all that is wrong with the files, a line each.
pub fn with_own(built_in: &Registry, files: &[ActionFile]) -> Result<Registry> {
    let mut wrong = Vec::new();
    let mut all: Vec<std::sync::Arc<dyn Action>> = Vec::new();
    let shipped = SHIPPED.map(|(name, text)| ActionFile {
        name: name.to_owned(),
        text: text.to_owned(),
    });
    for file in shipped.iter().chain(files) {
        for declared in own_file::read(file, built_in, &mut wrong) {
            if built_in.find(&declared.name).is_some() {
                let name = &declared.name;
                wrong.push(format!(
                    "{}: `{name}` is built in. Choose another name.",
                    file.name
                ));
                continue;
            }
            all.push(std::sync::Arc::new(OwnAction {
                declared,
                built_in: built_in.clone(),
            }));
        }
    }
    if wrong.is_empty() {
        return Ok(built_in.with(all));
    }
    Err(Error::Input(format!(
        "Actions of callboard.scaffolder.actions cannot be read:\n  {}",
        wrong.join("\n  ")
    )))
}

impl Action for OwnAction {
    fn about(&self) -> About {
        let declared = &self.declared;
        About {
            output: declared.output.clone(),
            supports_dry_run: declared.dry_run,
            unknown_keys: UnknownKeys::Refused,
            ..About::new(
                declared.name.clone(),
                declared.description.clone(),
                declared.input.clone(),
            )
        }
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let what = self.declared.plan.as_deref();
        let what = what.unwrap_or(&self.declared.description);
        let what = Scope::plain(input_only(input)).rendered_now(&Value::from(what));
        let what = what.as_ref().and_then(Value::as_str).unwrap_or_default();
        let undo = match (&self.declared.stays, &self.declared.does) {
            (Some(why), _) => Undo::None(why.clone()),
            (None, Does::Http(_)) => Undo::None(STAYS.to_owned()),
            (None, Does::Steps(_)) => Undo::By("Takes back what its steps have made.".to_owned()),
        };
        Ok(vec![Planned {
            what: what.to_owned(),
            undo,
        }])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let scope = self.scope(call)?;
            let scope = match &self.declared.does {
                Does::Http(parts) => {
                    let answer = self.call(parts, call, &scope).await?;
                    scope.with("response", answer)
                }
                Does::Steps(steps) => {
                    let outputs = self.steps(steps, call, &scope).await?;
                    scope.with("steps", outputs.into())
                }
            };
            if call.journal.is_none() {
                return Ok(Outcome::nothing());
            }
            let result = scope.render(&self.declared.result).await?;
            Ok(Outcome::output(result.unwrap_or_default()))
        })
    }
}

const STAYS: &str = "A call that was made has done what it does.";

fn input_only(input: &Value) -> Map<String, Value> {
    Map::from_iter([("input".to_owned(), input.clone())])
}

impl OwnAction {
    /// What expressions see: `input`, `run`, `manifests`, and `environment` with its secrets.
    fn scope(&self, call: &ActionCall<'_>) -> Result<Scope> {
        let config = &call.services.config;
        let manifests = config.own.manifests.as_ref();
        if manifests.is_none() && self.mentions_manifests() {
            return Err(Error::Input(format!(
                "{} proposes manifests to a repository, and none is configured. Set `callboard.scaffolder.manifests` (`repoUrl`, `branch`, `path`) in app-config.yaml.",
                self.declared.name
            )));
        }
        let manifests = manifests.map(
            |found| json!({"repoUrl": found.repo_url, "branch": found.branch, "path": found.path}),
        );
        let run =
            json!({"id": call.run.id, "user": call.run.user.as_ref().map(ToString::to_string)});
        let mut variables = input_only(call.input);
        variables.insert("run".to_owned(), run);
        variables.insert("manifests".to_owned(), manifests.unwrap_or_default());
        let scope = Scope {
            hosts: call.services.repo_hosts.clone(),
            ..Scope::plain(variables)
        };
        Ok(match call.journal {
            Some(_) => scope.with_secrets(call.services, json!({})),
            None => scope.with_secret_names(call.services, json!({})),
        })
    }

    fn mentions_manifests(&self) -> bool {
        match &self.declared.does {
            Does::Http(_) => false,
            Does::Steps(steps) => {
                let mut inputs = steps.iter().map(|step| step.input.to_string());
                inputs.any(|input| input.contains("manifests."))
            }
        }
    }

    async fn call(&self, parts: &HttpParts, call: &ActionCall<'_>, scope: &Scope) -> Result<Value> {
        let planned = self.plan(call.input)?.into_iter().next();
        let stays = self.declared.stays.as_deref().unwrap_or(STAYS);
        let url = scope.render(&parts.url.as_str().into()).await?;
        let headers = scope.render(&parts.headers).await?.unwrap_or_default();
        let headers = headers.as_object().into_iter().flatten();
        let effect = HttpCall {
            what: planned.map(|planned| planned.what).unwrap_or_default(),
            stays: stays.to_owned(),
            method: parts.method.clone(),
            url: url
                .as_ref()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            body: scope.render(&parts.body).await?.unwrap_or_default(),
            idempotent: parts.idempotent,
            timeout_ms: u64::try_from(parts.timeout.as_millis()).unwrap_or(u64::MAX),
            max_bytes: parts.max_bytes,
            headers: headers
                .filter_map(|(name, value)| Some((name.clone(), Secret::new(value.as_str()?))))
                .collect(),
            signature: signature(parts, call.services)?,
        };
        call.perform(Effect::Http(effect)).await
    }

    async fn steps(
        &self,
        steps: &[InnerStep],
        call: &ActionCall<'_>,
        scope: &Scope,
    ) -> Result<Map<String, Value>> {
        let mut outputs = Map::new();
        for step in steps {
            let scope = scope.with("steps", outputs.clone().into());
            if !scope.condition(step.condition.as_ref(), false).await?.holds {
                continue;
            }
            let input = scope.render(&step.input).await?.unwrap_or_default();
            let found = self.built_in.action(&step.action)?;
            found.about.check(&input, &call.log)?;
            if call.journal.is_none() && !found.about.supports_dry_run {
                call.log.info(&format!("Not in a dry run: {}", step.action));
                continue;
            }
            let inner = ActionCall {
                input: &input,
                log: call.log.clone(),
                pins: call.pins.clone(),
                ..*call
            };
            let Outcome::Done(output) = found.action.execute(&inner).await? else {
                return Err(Error::Input(format!(
                    "{} waits, and cannot here.",
                    step.action
                )));
            };
            outputs.insert(step.id.clone(), json!({ "output": output }));
        }
        Ok(outputs)
    }
}

/// The header of the signature, and its secret. [`Error::Input`] if no such secret is configured.
fn signature(parts: &HttpParts, services: &Services) -> Result<Option<(String, Secret)>> {
    let Some((header, name)) = &parts.sign else {
        return Ok(None);
    };
    let secret = services.config.environment_secrets.get(name);
    let secret = secret.ok_or_else(|| {
        Error::Input(format!(
            "There is no secret “{name}” to sign with. Set it under `scaffolder.defaultEnvironment.secrets` in app-config.yaml."
        ))
    })?;
    Ok(Some((header.clone(), secret.clone())))
}
