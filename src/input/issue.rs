//! What is wrong with data that must have a certain shape, told as zod tells it: as a list in JSON, or as one
//! sentence (`zod-validation-error`).

use serde_json::{Value, json};

/// One step on the way to a faulty value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a field.
    Key(String),
    /// Into an item of a list.
    Index(usize),
}

/// The way to a faulty value.
pub type Path = Vec<Step>;

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    path: Path,
    fault: Fault,
}

#[derive(Debug, Clone, PartialEq)]
enum Fault {
    /// It is of another type, or is not there.
    Type {
        expected: &'static str,
        received: &'static str,
    },
    /// It is none of these words; `None`: it is not there, or no text.
    Word {
        allowed: &'static [&'static str],
        found: Result<String, &'static str>,
    },
    /// It is not this word.
    Literal {
        expected: &'static str,
        received: Value,
    },
    /// It has not the form it must have.
    Form,
    /// It has fields nobody knows.
    UnknownKeys(Vec<String>),
    /// It is none of several things.
    Union(Vec<Vec<Issue>>),
    /// Something else.
    Custom(String),
}

/// What a check found: nothing, if the value is as it should be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// What is wrong.
    pub issues: Vec<Issue>,
    /// Whether the value is of no use at all; else only its form is wrong.
    pub is_aborted: bool,
}

fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

impl Outcome {
    fn of(path: &[Step], fault: Fault, is_aborted: bool) -> Self {
        let path = path.to_vec();
        Self {
            issues: vec![Issue { path, fault }],
            is_aborted,
        }
    }

    /// The value must be of a type, as zod names it.
    #[must_use]
    pub fn of_type(value: Option<&Value>, expected: &'static str, path: &[Step]) -> Self {
        let received = type_name(value);
        if received == expected {
            return Self::default();
        }
        Self::of(path, Fault::Type { expected, received }, true)
    }

    /// The value must be one of these words.
    #[must_use]
    pub fn of_words(
        value: Option<&Value>,
        allowed: &'static [&'static str],
        path: &[Step],
    ) -> Self {
        let found = match value {
            Some(Value::String(text)) if allowed.contains(&text.as_str()) => {
                return Self::default();
            }
            Some(Value::String(text)) => Ok(text.clone()),
            other => Err(type_name(other)),
        };
        Self::of(path, Fault::Word { allowed, found }, true)
    }

    /// The value must be this word.
    #[must_use]
    pub fn of_literal(value: &Value, expected: &'static str, path: &[Step]) -> Self {
        if value == expected {
            return Self::default();
        }
        let received = value.clone();
        Self::of(path, Fault::Literal { expected, received }, true)
    }

    /// The value must have a form.
    #[must_use]
    pub fn of_form(has_form: bool, path: &[Step]) -> Self {
        if has_form {
            return Self::default();
        }
        Self::of(path, Fault::Form, false)
    }

    /// The object may have no other fields.
    #[must_use]
    pub fn of_keys(unknown: Vec<String>, path: &[Step]) -> Self {
        if unknown.is_empty() {
            return Self::default();
        }
        Self::of(path, Fault::UnknownKeys(unknown), false)
    }

    /// Something is wrong that has a message of its own.
    #[must_use]
    pub fn custom(message: impl Into<String>, path: &[Step]) -> Self {
        Self::of(path, Fault::Custom(message.into()), false)
    }

    /// The value must be one of several things: the first that fits decides, else the first of which only the form
    /// is wrong.
    #[must_use]
    pub fn of_union(options: Vec<Self>, path: &[Step]) -> Self {
        if options.iter().any(Self::is_good) {
            return Self::default();
        }
        if let Some(nearly) = options.iter().find(|option| !option.is_aborted) {
            return nearly.clone();
        }
        let issues = options.into_iter().map(|option| option.issues).collect();
        Self::of(path, Fault::Union(issues), true)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.issues.is_empty()
    }

    /// Both.
    pub fn add(&mut self, other: Self) {
        self.issues.extend(other.issues);
        self.is_aborted |= other.is_aborted;
    }
}

impl Issue {
    fn message(&self) -> String {
        match &self.fault {
            Fault::Type {
                received: "undefined",
                ..
            }
            | Fault::Word {
                found: Err("undefined"),
                ..
            } => "Required".to_owned(),
            Fault::Type { expected, received } => {
                format!("Expected {expected}, received {received}")
            }
            Fault::Word { allowed, found } => match found {
                Ok(found) => format!(
                    "Invalid enum value. Expected {}, received '{found}'",
                    quoted(allowed, " | ")
                ),
                Err(received) => {
                    format!("Expected {}, received {received}", quoted(allowed, " | "))
                }
            },
            Fault::Literal { expected, .. } => {
                format!("Invalid literal value, expected \"{expected}\"")
            }
            Fault::Form => "Invalid".to_owned(),
            Fault::UnknownKeys(keys) => {
                format!("Unrecognized key(s) in object: {}", quoted(keys, ", "))
            }
            Fault::Union(_) => "Invalid input".to_owned(),
            Fault::Custom(message) => message.clone(),
        }
    }

    fn to_json(&self) -> Value {
        let path: Vec<Value> = self.path.iter().map(Step::to_json).collect();
        let message = self.message();
        match &self.fault {
            Fault::Type { expected, received } => json!({
                "code": "invalid_type", "expected": expected, "received": received,
                "path": path, "message": message,
            }),
            Fault::Word { allowed, found } => match found {
                Ok(found) => json!({
                    "received": found, "code": "invalid_enum_value", "options": allowed,
                    "path": path, "message": message,
                }),
                Err(received) => json!({
                    "expected": quoted(allowed, " | "), "received": received,
                    "code": "invalid_type", "path": path, "message": message,
                }),
            },
            Fault::Literal { expected, received } => json!({
                "received": received, "code": "invalid_literal", "expected": expected,
                "path": path, "message": message,
            }),
            Fault::Form => json!({
                "validation": "regex", "code": "invalid_string", "message": message, "path": path,
            }),
            Fault::UnknownKeys(keys) => json!({
                "code": "unrecognized_keys", "keys": keys, "path": path, "message": message,
            }),
            Fault::Union(options) => {
                let errors = options.iter().map(|issues| {
                    let issues: Vec<Value> = issues.iter().map(Self::to_json).collect();
                    json!({"issues": issues, "name": "ZodError"})
                });
                json!({
                    "code": "invalid_union", "unionErrors": errors.collect::<Vec<_>>(),
                    "path": path, "message": message,
                })
            }
            Fault::Custom(_) => json!({"code": "custom", "message": message, "path": path}),
        }
    }

    fn told(&self) -> String {
        if let Fault::Union(options) = &self.fault {
            let mut told: Vec<String> = Vec::new();
            for option in options {
                let option = joined(option);
                if !told.contains(&option) {
                    told.push(option);
                }
            }
            return told.join(", or ");
        }
        let message = self.message();
        match self.path.as_slice() {
            [] => message,
            [Step::Index(index)] => format!("{message} at index {index}"),
            path => format!("{message} at \"{}\"", spelt(path)),
        }
    }
}

impl Step {
    fn to_json(&self) -> Value {
        match self {
            Self::Key(key) => json!(key),
            Self::Index(index) => json!(index),
        }
    }
}

fn quoted<T: AsRef<str>>(words: &[T], separator: &str) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| format!("'{}'", word.as_ref()))
        .collect();
    words.join(separator)
}

fn joined(issues: &[Issue]) -> String {
    let told: Vec<String> = issues.iter().map(Issue::told).collect();
    told.join("; ")
}

/// `$all[0].kind`
fn spelt(path: &[Step]) -> String {
    if let [Step::Key(key)] = path {
        return key.clone();
    }
    let mut text = String::new();
    for step in path {
        let step = match step {
            Step::Index(index) => format!("[{index}]"),
            Step::Key(key) if key.contains('"') => {
                format!("[\"{}\"]", key.replace('"', "\\\""))
            }
            Step::Key(key) if !is_name(key) => format!("[\"{key}\"]"),
            Step::Key(key) if text.is_empty() => key.clone(),
            Step::Key(key) => format!(".{key}"),
        };
        text.push_str(&step);
    }
    text
}

/// Whether there is anything of a name in a key.
fn is_name(key: &str) -> bool {
    key.contains(|letter: char| letter.is_alphabetic() || letter == '$' || letter == '_')
}

/// The issues as zod prints them: a JSON array, indented.
#[must_use]
pub fn list_issues(issues: &[Issue]) -> String {
    let list: Value = issues.iter().map(Issue::to_json).collect();
    // A Value always has a text.
    serde_json::to_string_pretty(&list).unwrap_or_default()
}

/// The issues in one sentence.
#[must_use]
pub fn tell_issues(issues: &[Issue]) -> String {
    format!("Validation error: {}", joined(issues))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> Step {
        Step::Key(key.to_owned())
    }

    #[test]
    fn issues_are_listed_and_told_as_zod_does() {
        let path = [key("orderFields"), Step::Index(0), key("order")];
        let missing = Outcome::of_words(None, &["asc", "desc"], &path);
        let list = list_issues(&missing.issues);
        assert!(list.starts_with("[\n  {\n    \"expected\": \"'asc' | 'desc'\",\n    \"received\": \"undefined\",\n    \"code\": \"invalid_type\",\n    \"path\": [\n      \"orderFields\",\n      0,\n"), "{list}");
        assert_eq!(
            tell_issues(&missing.issues),
            "Validation error: Required at \"orderFields[0].order\""
        );
        let number = json!(1);
        let options = ["string", "boolean", "string"]
            .map(|expected| Outcome::of_type(Some(&number), expected, &[key("kind")]));
        let union = Outcome::of_union(options.to_vec(), &[key("kind")]);
        assert_eq!(
            tell_issues(&union.issues),
            "Validation error: Expected string, received number at \"kind\", or Expected boolean, received number at \"kind\""
        );
    }

    #[test]
    fn a_union_is_told_by_the_option_that_is_nearly_right() {
        let options = vec![
            Outcome::of_type(None, "string", &[]),
            Outcome::of_form(false, &[key("$x")]),
        ];
        let union = Outcome::of_union(options, &[]);
        assert_eq!(
            (tell_issues(&union.issues).as_str(), union.is_aborted),
            ("Validation error: Invalid at \"$x\"", false)
        );
    }
}
