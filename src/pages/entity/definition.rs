//! What an API offers: its operations at a glance, its definition as it stands.

use serde_json::Value;

use super::{
    super::code::{Excerpt, Language},
    document::Document,
};
use crate::entity::{parse_document, split_documents};

/// Operations listed at most.
const MAX_OPERATIONS: usize = 200;
/// Larger definitions are shown, not parsed.
const MAX_BYTES: usize = 512 * 1024;
/// What OpenAPI calls an operation.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A definition.
#[derive(Debug, Clone, Default)]
pub(super) struct Definition {
    /// What one can do with it, as far as the format is known.
    pub(super) operations: Vec<Operation>,
    /// Its text.
    pub(super) text: Excerpt,
}

/// A method of a path, or an action on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    /// `GET`, `SEND`.
    pub(super) verb: String,
    /// `/fares/{id}`
    pub(super) path: String,
    /// What it does.
    pub(super) summary: String,
    /// Whether it should not be used any more.
    pub(super) is_deprecated: bool,
}

impl Definition {
    /// Reads `spec.definition`. Parses: call it on a blocking thread.
    pub(super) fn read(document: &Document) -> Self {
        let text = document.value().pointer("/spec/definition");
        let text = text.and_then(Value::as_str).unwrap_or_default();
        let language = Language::of_definition(text, document.text("/spec/type"));
        Self {
            operations: operations(text),
            text: Excerpt::whole("Definition", text, language),
        }
    }
}

fn operations(text: &str) -> Vec<Operation> {
    if text.len() > MAX_BYTES {
        return Vec::new();
    }
    let parsed: Option<Value> = split_documents(text)
        .first()
        .and_then(|raw| parse_document(raw, true).ok().flatten());
    let Some(definition) = parsed else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (path, item) in definition["paths"].as_object().into_iter().flatten() {
        of_path(path, item, &mut found);
    }
    for operation in definition["operations"].as_object().into_iter().flatten() {
        of_asyncapi_3(operation, &mut found);
    }
    for (channel, item) in definition["channels"].as_object().into_iter().flatten() {
        of_asyncapi_2(channel, item, &mut found);
    }
    found.truncate(MAX_OPERATIONS);
    found
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn operation(verb: &str, path: &str, said: &Value) -> Operation {
    let summary = ["summary", "title", "description", "operationId"]
        .map(|key| text(said, key))
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    Operation {
        verb: verb.to_uppercase(),
        path: path.to_owned(),
        summary: summary.lines().next().unwrap_or_default().to_owned(),
        is_deprecated: said["deprecated"] == true,
    }
}

fn of_path(path: &str, item: &Value, found: &mut Vec<Operation>) {
    let methods = item.as_object().into_iter().flatten();
    found.extend(
        methods
            .filter(|(method, _)| METHODS.contains(&method.to_lowercase().as_str()))
            .map(|(method, said)| operation(method, path, said)),
    );
}

fn of_asyncapi_3((name, said): (&String, &Value), found: &mut Vec<Operation>) {
    let channel = text(&said["channel"], "$ref");
    let channel = channel.rsplit('/').next().filter(|name| !name.is_empty());
    if let action @ ("send" | "receive") = text(said, "action") {
        found.push(operation(action, channel.unwrap_or(name), said));
    }
}

fn of_asyncapi_2(channel: &str, item: &Value, found: &mut Vec<Operation>) {
    for verb in ["publish", "subscribe"] {
        if let Some(said) = item.get(verb) {
            found.push(operation(verb, channel, said));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::operations;

    fn told(text: &str) -> Vec<String> {
        operations(text)
            .into_iter()
            .map(|o| format!("{} {} {}", o.verb, o.path, o.summary))
            .collect()
    }

    #[test]
    fn operations_are_listed_in_their_order() {
        let openapi = "openapi: 3.0.0\npaths:\n  /b:\n    parameters: []\n    post: { summary: Make }\n    get: { operationId: list }\n  /a:\n    delete: {}\n";
        assert_eq!(told(openapi), ["POST /b Make", "GET /b list", "DELETE /a "]);
        let two =
            "asyncapi: 2.6.0\nchannels:\n  seats:\n    subscribe: { summary: A seat is free }\n";
        assert_eq!(told(two), ["SUBSCRIBE seats A seat is free"]);
        let three = "asyncapi: 3.0.0\nchannels: { seats: {} }\noperations:\n  onSeat:\n    action: send\n    channel: { $ref: '#/channels/seats' }\n    title: Seat\n";
        assert_eq!(told(three), ["SEND seats Seat"]);
        let json = r#"{"swagger":"2.0","paths":{"/x":{"get":{"summary":"Look"}}}}"#;
        assert_eq!(told(json), ["GET /x Look"]);
    }

    #[test]
    fn what_is_not_understood_has_no_operations() {
        for text in [
            "",
            "type Query { a: Int }",
            "paths: 7",
            "syntax = \"proto3\";",
            "a: [",
            "paths: { /a: 3 }",
        ] {
            assert!(told(text).is_empty(), "{text}");
        }
    }
}
