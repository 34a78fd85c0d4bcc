//! Reads files that declare actions, and says all that is wrong with them, each with file and line.
//!
//! A document is one action: `name`, `description`, `input` and `output` (JSON Schema), `plan` (what it does, a
//! sentence), `stays` (why it is not taken back), `dryRun`, and either `http` or `steps` with `result`.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Registry;
use crate::{
    config::ActionFile,
    entity::{RawDocument, locate, parse_document, split_documents},
    scaffolder::schema::faults,
};

/// A step takes no longer than a run may be executed; a call is expected to be short.
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_TIMEOUT: Duration = Duration::from_mins(10);
/// Answers: 1 MiB unless said otherwise, 16 MiB at most.
const MAX_BYTES: u64 = 1024 * 1024;
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Steps of one action.
const MAX_STEPS: usize = 50;

/// An action as its file declares it.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) input: Value,
    pub(super) output: Option<Value>,
    pub(super) plan: Option<String>,
    pub(super) stays: Option<String>,
    pub(super) dry_run: bool,
    pub(super) does: Does,
    pub(super) result: Value,
}

/// What an action does.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// A call over HTTP; its parts are rendered.
    Http(Box<HttpParts>),
    /// Built-in actions, one after the other.
    Steps(Vec<InnerStep>),
}

/// The parts of a call.
#[derive(Debug, Clone)]
pub(super) struct HttpParts {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Value,
    pub(super) body: Value,
    pub(super) idempotent: bool,
    /// The header that gets the signature, and the name of the secret among `scaffolder.defaultEnvironment.secrets`.
    pub(super) sign: Option<(String, String)>,
    pub(super) timeout: Duration,
    pub(super) max_bytes: usize,
}

/// A step of an action.
#[derive(Debug, Clone)]
pub(super) struct InnerStep {
    pub(super) id: String,
    pub(super) action: String,
    pub(super) condition: Option<Value>,
    pub(super) input: Value,
}

/// The actions of a file; what is wrong is noted, a line each: `file:line: what is wrong`.
pub(super) fn read(file: &ActionFile, known: &Registry, wrong: &mut Vec<String>) -> Vec<Declared> {
    let mut found = Vec::new();
    for raw in split_documents(&file.text) {
        match parse_document(&raw, true) {
            Ok(None) => {}
            Ok(Some(value)) => {
                let reader = Reader {
                    file,
                    raw: &raw,
                    known,
                };
                found.extend(reader.action(&value, wrong));
            }
            Err(fault) => {
                let line = fault.position.map_or(raw.first_line, |at| at.line);
                wrong.push(format!("{}:{line}: {}", file.name, fault.message));
            }
        }
    }
    found
}

struct Reader<'a> {
    file: &'a ActionFile,
    raw: &'a RawDocument<'a>,
    known: &'a Registry,
}

/// What a document of such a file looks like.
fn form() -> Value {
    super::schema::fields(
        r#"
        name*: string(minLength 1)
        description*: string
        input: {*: any}
        output: {*: any}
        plan: string
        stays: string
        dryRun: boolean
        http: {method*: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", url*: string, headers: {*: string}, body: any, idempotent: boolean, sign: {header*: string, secret*: string}, timeoutSeconds: number(minimum 1), maxBytes: number(minimum 1)}
        steps: {id: string, action*: string, if: any, input: {*: any}}[](minItems 1)
        result: any
        "#,
    )
}

impl Reader<'_> {
    fn note(&self, wrong: &mut Vec<String>, pointer: &str, what: &str) {
        let line = locate(self.raw, pointer).map_or(self.raw.first_line, |at| at.line);
        wrong.push(format!("{}:{line}: {what}", self.file.name));
    }

    fn action(&self, value: &Value, wrong: &mut Vec<String>) -> Option<Declared> {
        let before = wrong.len();
        let found = faults(&form(), value).unwrap_or_default();
        for fault in found {
            let path: Vec<String> = fault.path.iter().map(segment).collect();
            let pointer = path
                .iter()
                .fold(String::new(), |above, key| above + "/" + key);
            let told = format!("{} {}.", path.join("."), fault.message);
            self.note(wrong, &pointer, told.trim_start());
        }
        if wrong.len() > before {
            return None;
        }
        let schema = |key: &str| {
            let schema = value.get(key)?.clone();
            Some(schema)
        };
        for key in ["input", "output"] {
            if let Some(Err(fault)) = schema(key).map(|schema| faults(&schema, &Value::Null)) {
                self.note(
                    wrong,
                    &format!("/{key}"),
                    &format!("`{key}` is no JSON Schema: {fault}"),
                );
            }
        }
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let name = text("name").unwrap_or_default();
        let does = match (value.get("http"), value.get("steps")) {
            (Some(http), None) => self.http(http, wrong).map(Box::new).map(Does::Http),
            (None, Some(steps)) => self.steps(steps, wrong).map(Does::Steps),
            _ => {
                self.note(wrong, "/name", "An action has either `http` or `steps`.");
                None
            }
        };
        if wrong.len() > before {
            return None;
        }
        let anything = serde_json::json!({"type": "object"});
        Some(Declared {
            name,
            description: text("description").unwrap_or_default(),
            input: schema("input").unwrap_or(anything),
            output: schema("output"),
            plan: text("plan"),
            stays: text("stays"),
            dry_run: value["dryRun"] == true,
            does: does?,
            result: value.get("result").cloned().unwrap_or(Value::Null),
        })
    }

    fn http(&self, http: &Value, wrong: &mut Vec<String>) -> Option<HttpParts> {
        let text = |key: &str| http[key].as_str().unwrap_or_default().to_owned();
        let timeout = http["timeoutSeconds"]
            .as_f64()
            .map_or(TIMEOUT, Duration::from_secs_f64);
        if timeout > MAX_TIMEOUT {
            self.note(
                wrong,
                "/http/timeoutSeconds",
                "A call may take ten minutes at most.",
            );
        }
        let max_bytes = http["maxBytes"].as_u64().unwrap_or(MAX_BYTES);
        if max_bytes > MOST_BYTES {
            self.note(
                wrong,
                "/http/maxBytes",
                "An answer may have 16 MiB at most.",
            );
        }
        let sign = http.get("sign").map(|sign| {
            let text = |key: &str| sign[key].as_str().unwrap_or_default().to_owned();
            (text("header"), text("secret"))
        });
        Some(HttpParts {
            method: text("method"),
            url: text("url"),
            headers: http.get("headers").cloned().unwrap_or_default(),
            body: http.get("body").cloned().unwrap_or_default(),
            idempotent: http["idempotent"] == true,
            sign,
            timeout,
            max_bytes: usize::try_from(max_bytes).ok()?,
        })
    }

    fn steps(&self, steps: &Value, wrong: &mut Vec<String>) -> Option<Vec<InnerStep>> {
        let steps = steps.as_array()?;
        if steps.len() > MAX_STEPS {
            self.note(
                wrong,
                "/steps",
                &format!("An action has {MAX_STEPS} steps at most."),
            );
        }
        let mut read = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let action = step["action"].as_str().unwrap_or_default();
            let pointer = format!("/steps/{index}/action");
            if self.known.find(action).is_none() {
                self.note(
                    wrong,
                    &pointer,
                    &format!("There is no built-in action `{action}`."),
                );
            } else if action == "wait" {
                self.note(
                    wrong,
                    &pointer,
                    "`wait` is a step of templates: an action cannot wait.",
                );
            }
            let id = step["id"].as_str().map(str::to_owned);
            read.push(InnerStep {
                id: id.unwrap_or_else(|| format!("step-{}", index + 1)),
                action: action.to_owned(),
                condition: step.get("if").cloned(),
                input: Value::Object(step["input"].as_object().cloned().unwrap_or_else(Map::new)),
            });
        }
        Some(read)
    }
}

/// A key or an index, as it stands in a pointer.
fn segment(part: &Value) -> String {
    match part {
        Value::String(key) => key.replace('~', "~0").replace('/', "~1"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_told_with_its_line() {
        let text = "\
name: chat:announce
description: Tells the chat.
http:
  method: POST
  url: https://chat.example.com
  timeoutSeconds: 10000
---
name: broken
description: Does both.
http: {method: GET, url: 'https://x.example.com'}
steps: [{action: nope}]
---
name: [a
---
name: wrong
description: Has a typing error.
htpp: {}
---
name: steps
description: Waits.
steps:
  - action: wait
  - action: nope
";
        let file = ActionFile {
            name: "own.yaml".to_owned(),
            text: text.to_owned(),
        };
        let mut wrong = Vec::new();
        let found = read(&file, &Registry::default(), &mut wrong);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(wrong.len(), 6, "{wrong:#?}");
        assert_eq!(wrong[0], "own.yaml:6: A call may take ten minutes at most.");
        assert_eq!(
            wrong[1],
            "own.yaml:8: An action has either `http` or `steps`."
        );
        assert!(wrong[2].starts_with("own.yaml:1"), "{wrong:#?}");
        assert!(
            wrong[3].starts_with("own.yaml:15:") && wrong[3].contains("htpp"),
            "{wrong:#?}"
        );
        assert_eq!(
            wrong[4],
            "own.yaml:22: `wait` is a step of templates: an action cannot wait."
        );
        assert_eq!(wrong[5], "own.yaml:23: There is no built-in action `nope`.");
    }
}
