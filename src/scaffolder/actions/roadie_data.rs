//! `roadiehq:utils:serialize:*`, `roadiehq:utils:merge`, `roadiehq:utils:json:merge`, `roadiehq:utils:sleep`.
//!
//! Roadie's `scaffolder-backend-module-utils`, as real templates use it.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Outcome, Wait,
    debug_wait::after,
    fetch_plain::required,
    roadie_files::{parse_json, parse_yaml, read, write},
    schema,
};
use crate::error::{Error, Result};

/// Writes a value as text.
pub(super) struct Serialize {
    pub(super) id: &'static str,
    pub(super) is_yaml: bool,
}

/// Brings values into a JSON or YAML file.
pub(super) struct Merge {
    pub(super) id: &'static str,
}

/// Waits some seconds.
pub(super) struct Sleep;

impl Action for Serialize {
    fn about(&self) -> About {
        About::new(
            self.id,
            "Writes a value as text, for the steps behind.",
            schema::fields("data*: any -- The value"),
        )
        .output(schema::fields("serialized: string -- The text"))
        .in_dry_runs()
        .lenient()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let data = &call.input["data"];
            let text = if self.is_yaml {
                serde_saphyr::to_string(data).map_err(Error::internal)?
            } else {
                data.to_string()
            };
            Ok(Outcome::output(json!({"serialized": text})))
        })
    }
}

impl Action for Merge {
    fn about(&self) -> About {
        let input = "
            path*: string -- The file in the workspace
            content*: any -- What is merged: an object, or its text
            mergeArrays: boolean -- Whether lists are joined; default: they are replaced
        ";
        About::new(
            self.id,
            "Merges values into a JSON or YAML file of the workspace, which is made if it is missing.",
            schema::fields(input),
        )
        .output(schema::fields("path: string -- The file"))
        .in_dry_runs()
        .lenient()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let path = required(call, "path")?;
            let is_yaml = [".yaml", ".yml"]
                .iter()
                .any(|ending| path.ends_with(ending));
            let parse = |text: &str| -> Result<Value> {
                if is_yaml {
                    Ok(parse_yaml(path, text)?
                        .into_iter()
                        .next()
                        .unwrap_or_default())
                } else {
                    parse_json(path, text)
                }
            };
            let there = if call.workspace.place(path)?.exists() {
                parse(&read(call, path).await?)?
            } else {
                json!({})
            };
            let content = match &call.input["content"] {
                Value::String(text) => parse(text)?,
                value => value.clone(),
            };
            let merged = merged(there, content, call.flag("mergeArrays").unwrap_or(false));
            let text = if is_yaml {
                serde_saphyr::to_string(&merged).map_err(Error::internal)?
            } else {
                serde_json::to_string_pretty(&merged).map_err(Error::internal)?
            };
            write(call, path, text).await?;
            Ok(Outcome::output(json!({"path": path})))
        })
    }
}

impl Action for Sleep {
    fn about(&self) -> About {
        About::new(
            "roadiehq:utils:sleep",
            "Waits some seconds.",
            schema::fields("amount*: number -- How many seconds"),
        )
        .in_dry_runs()
        .lenient()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let seconds = call.input["amount"].as_f64().unwrap_or(0.0);
            if call.answer.is_some() || call.journal.is_none() || seconds <= 0.0 {
                return Ok(Outcome::nothing());
            }
            Ok(Outcome::Wait(Wait {
                kind: "timer".to_owned(),
                question: format!("Waiting for {seconds} seconds"),
                due_at: Some(after(call, seconds * 1000.0)),
            }))
        })
    }
}

/// Objects are merged key by key; everything else is replaced.
fn merged(there: Value, with: Value, joins_lists: bool) -> Value {
    match (there, with) {
        (Value::Object(mut there), Value::Object(with)) => {
            for (key, value) in with {
                let old = there.get_mut(&key).map(Value::take).unwrap_or_default();
                there.insert(key, merged(old, value, joins_lists));
            }
            Value::Object(there)
        }
        (Value::Array(mut there), Value::Array(with)) if joins_lists => {
            there.extend(with);
            Value::Array(there)
        }
        (_, with) => with,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_merged_and_lists_replaced_or_joined() {
        let there = json!({"a": {"x": 1, "l": [1]}, "b": 1});
        let with = json!({"a": {"y": 2, "l": [2]}, "b": {"c": 3}});
        assert_eq!(
            merged(there.clone(), with.clone(), false),
            json!({"a": {"x": 1, "l": [2], "y": 2}, "b": {"c": 3}})
        );
        assert_eq!(merged(there, with, true)["a"]["l"], json!([1, 2]));
    }
}
