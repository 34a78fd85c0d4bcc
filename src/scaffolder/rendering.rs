//! Values with expressions in them become values: inputs, conditions, outputs.
//!
//! Backstage's rules (`scaffolder-api.md` §5): a string that cannot be rendered stays as it is, what renders to
//! undefined is left out, keys are not rendered. Work is done on blocking threads: a template may be hostile.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Services,
    effects::STARS,
    expression::{Outcome, RepoHosts, Setting, Syntax, Template},
    spec::{Step, TaskSpec},
};
use crate::{
    config::Secret,
    error::{Error, Result},
};

/// What expressions see. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scope {
    /// `parameters`, `steps`, `user`, …
    pub variables: Arc<Map<String, Value>>,
    /// For `parseRepoUrl`.
    pub hosts: Arc<RepoHosts>,
    /// Where `random` begins.
    pub seed: u64,
}

/// What an `if` came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Whether the step is to be executed.
    pub holds: bool,
    /// Whether it asked by `always()` or `failure()`, and so decides behind a failed step as well.
    pub asked_for_outcome: bool,
}

impl Scope {
    /// What expressions of a task see, without secrets: as in conditions and outputs.
    #[must_use]
    pub fn of_task(
        services: &Services,
        spec: &TaskSpec,
        outputs: &Map<String, Value>,
        id: &str,
    ) -> Self {
        let environment = json!({"parameters": services.config.environment, "secrets": {}});
        let variables = Map::from_iter([
            ("parameters".to_owned(), spec.0["parameters"].clone()),
            ("steps".to_owned(), outputs.clone().into()),
            ("user".to_owned(), spec.0["user"].clone()),
            ("context".to_owned(), json!({"task": {"id": id}})),
            ("environment".to_owned(), environment),
        ]);
        Self {
            variables: Arc::new(variables),
            hosts: services.repo_hosts.clone(),
            seed: seed(id),
        }
    }

    /// What expressions outside of a task see.
    #[must_use]
    pub fn plain(variables: Map<String, Value>) -> Self {
        Self {
            variables: Arc::new(variables),
            hosts: Arc::new(RepoHosts::Any),
            seed: seed(""),
        }
    }

    /// With secrets, as inputs see them: those of the task, and those of the configuration.
    #[must_use]
    pub fn with_secrets(&self, services: &Services, secrets: Value) -> Self {
        self.with("secrets", secrets)
            .with_environment(services, Secret::expose)
    }

    /// The same where a template is only tried: of the secrets of the configuration the names alone, since whoever
    /// tries a template sees everything it makes of them.
    #[must_use]
    pub fn with_secret_names(&self, services: &Services, secrets: Value) -> Self {
        self.with("secrets", secrets)
            .with_environment(services, |_| STARS)
    }

    fn with_environment(&self, services: &Services, shown: impl Fn(&Secret) -> &str) -> Self {
        let config = &services.config;
        let secrets = config.environment_secrets.iter();
        let secrets: Map<String, Value> = secrets
            .map(|(name, secret)| (name.clone(), shown(secret).into()))
            .collect();
        let environment = json!({"parameters": config.environment, "secrets": secrets});
        self.with("environment", environment)
    }

    /// What `spec.output` came to; links and texts whose `if` is false are left out.
    pub async fn output(&self, output: &Value) -> Result<Value> {
        let mut output = self.render(output).await?.unwrap_or_default();
        for key in ["links", "text"] {
            if let Some(Value::Array(items)) = output.get_mut(key) {
                items.retain(|item| item.get("if").is_none_or(is_truthy));
                for item in items.iter_mut().filter_map(Value::as_object_mut) {
                    item.shift_remove("if");
                }
            }
        }
        Ok(output)
    }

    /// The same scope with one more variable.
    #[must_use]
    pub fn with(&self, name: &str, value: Value) -> Self {
        let mut variables = Map::clone(&self.variables);
        variables.insert(name.to_owned(), value);
        Self {
            variables: Arc::new(variables),
            ..self.clone()
        }
    }

    /// A value with every string in it rendered. `None`: it is undefined.
    pub async fn render(&self, value: &Value) -> Result<Option<Value>> {
        let (scope, value) = (self.clone(), value.clone());
        let rendered = tokio::task::spawn_blocking(move || scope.rendered(&value));
        rendered.await.map_err(Error::internal)
    }

    /// What a step's `each` goes through, by key; `None`: it has none.
    ///
    /// [`Error::Input`] if it is neither a list nor an object.
    pub async fn items(&self, step: &Step) -> Result<Option<Vec<(String, Value)>>> {
        let Some(each) = &step.each else {
            return Ok(None);
        };
        match self.render(each).await? {
            Some(Value::Array(list)) => {
                let numbered = list.into_iter().enumerate();
                let keyed = numbered.map(|(index, item)| (index.to_string(), item));
                Ok(Some(keyed.collect()))
            }
            Some(Value::Object(map)) => Ok(Some(map.into_iter().collect())),
            _ => Err(Error::Input(format!(
                "{}.each parameter is not an array or object",
                step.id
            ))),
        }
    }

    /// What an `if` says; without one, a step is executed.
    pub async fn condition(
        &self,
        condition: Option<&Value>,
        has_failed: bool,
    ) -> Result<Condition> {
        let always = |holds| Condition {
            holds,
            asked_for_outcome: false,
        };
        match condition {
            None | Some(Value::Bool(true)) => Ok(always(true)),
            Some(Value::Bool(false)) => Ok(always(false)),
            Some(Value::String(text)) => {
                let (scope, text) = (self.clone(), text.clone());
                let found = tokio::task::spawn_blocking(move || scope.evaluated(&text, has_failed));
                found.await.map_err(Error::internal)
            }
            Some(other) => Ok(always(is_truthy(other))),
        }
    }

    fn setting<'a>(&'a self, outcome: Option<&'a Outcome>) -> Setting<'a> {
        Setting {
            variables: &self.variables,
            hosts: &self.hosts,
            outcome,
            seed: self.seed,
        }
    }

    /// The same on this thread: for a short text of whoever configures the portal.
    #[must_use]
    pub fn rendered_now(&self, value: &Value) -> Option<Value> {
        self.rendered(value)
    }

    fn rendered(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => self.text(text),
            // An undefined item of a list becomes null, as JSON.stringify has it.
            Value::Array(list) => Some(
                list.iter()
                    .map(|item| self.rendered(item).unwrap_or(Value::Null))
                    .collect(),
            ),
            Value::Object(map) => {
                let entries = map
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), self.rendered(value)?)));
                Some(Value::Object(entries.collect()))
            }
            other => Some(other.clone()),
        }
    }

    fn text(&self, text: &str) -> Option<Value> {
        if !has_expressions(text) {
            return Some(text.into());
        }
        let rendered = Template::parse(text, Syntax::default())
            .and_then(|read| read.value(&self.setting(None)));
        rendered.unwrap_or_else(|_| Some(text.into()))
    }

    fn evaluated(&self, text: &str, has_failed: bool) -> Condition {
        let outcome = Outcome {
            has_failed,
            ..Outcome::default()
        };
        let value = Template::parse(text, Syntax::default())
            .and_then(|read| read.value(&self.setting(Some(&outcome))));
        let holds = match value {
            Ok(value) => value.is_some_and(|value| is_truthy(&value)),
            // What cannot be rendered stays a text, and a text is true.
            Err(_) => true,
        };
        Condition {
            holds,
            asked_for_outcome: outcome.was_asked.get(),
        }
    }
}

/// Adds what one pass of `each` gave to the lists that its step gives.
pub fn gather(lists: &mut Map<String, Value>, output: Map<String, Value>) {
    for (name, value) in output {
        match lists.get_mut(&name) {
            Some(Value::Array(list)) => list.push(value),
            _ => drop(lists.insert(name, json!([value]))),
        }
    }
}

/// The same task throws the same dice again.
fn seed(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether rendering may change a text.
fn has_expressions(text: &str) -> bool {
    ["${{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// As conditions of steps have it: an empty list is false, an empty object true.
#[must_use]
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scope() -> Scope {
        let variables = json!({"parameters": {"n": 5, "list": [], "name": "shop"}});
        Scope {
            variables: Arc::new(variables.as_object().expect("an object").clone()),
            hosts: Arc::new(RepoHosts::Any),
            seed: 1,
        }
    }

    #[tokio::test]
    async fn inputs_keep_types_and_lose_what_is_undefined() {
        let input = json!({
            "n": "${{ parameters.n }}", "gone": "${{ parameters.nothing }}", "text": "a${{ parameters.nothing }}b",
            "broken": "${{ parameters.name | nosuch }}", "${{ key }}": ["${{ parameters.name }}", true],
        });
        let rendered = scope().render(&input).await.expect("rendered");
        assert_eq!(
            rendered,
            Some(json!({
                "n": 5, "text": "ab", "broken": "${{ parameters.name | nosuch }}", "${{ key }}": ["shop", true],
            }))
        );
    }

    #[tokio::test]
    async fn conditions_are_true_and_false_as_in_backstage() {
        for (condition, has_failed, expected) in [
            (None, false, (true, false)),
            (Some(json!(false)), false, (false, false)),
            (Some(json!("${{ parameters.n > 4 }}")), false, (true, false)),
            (Some(json!("${{ parameters.list }}")), false, (false, false)),
            (
                Some(json!("${{ parameters.nothing }}")),
                false,
                (false, false),
            ),
            (Some(json!("x${{ parameters.n }}")), false, (true, false)),
            (Some(json!("${{ always() }}")), true, (true, true)),
            (Some(json!("${{ failure() }}")), false, (false, true)),
            (Some(json!("${{ failure() }}")), true, (true, true)),
        ] {
            let found = scope()
                .condition(condition.as_ref(), has_failed)
                .await
                .expect("evaluated");
            let found = (found.holds, found.asked_for_outcome);
            assert_eq!(found, expected, "{condition:?} {has_failed}");
        }
    }
}
