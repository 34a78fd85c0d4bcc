//! An entity as a search document, as Backstage's catalog collator makes it (`search-api.md` §2.1).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// What `encodeURIComponent` leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The document of an entity, and its name.
pub(super) fn collate(entity: &Value) -> (Map<String, Value>, String) {
    let (metadata, spec) = (&entity["metadata"], &entity["spec"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let or = |value: &Value, default: &str| value.as_str().unwrap_or(default).to_owned();
    let name = text(&metadata["name"]);
    let (kind, namespace) = (text(&entity["kind"]), or(&metadata["namespace"], "default"));
    let encoded = |part: &str| utf8_percent_encode(part, UNRESERVED).to_string();
    let location = format!(
        "/catalog/{}/{}/{}",
        encoded(&namespace),
        encoded(&kind),
        encoded(&name)
    )
    .to_lowercase();
    let mut texts = vec![text(&metadata["description"])];
    if matches!(kind.to_lowercase().as_str(), "user" | "group") {
        texts.push(text(&spec["profile"]["displayName"]));
        texts.push(text(&spec["profile"]["email"]));
    }
    texts.retain(|text| !text.is_empty());
    let kind_of = or(&spec["type"], "other");
    let fields = [
        ("title", or(&metadata["title"], &name)),
        ("text", texts.join(" : ")),
        ("componentType", kind_of.clone()),
        ("type", kind_of),
        ("namespace", namespace),
        ("kind", kind),
        ("lifecycle", text(&spec["lifecycle"])),
        ("owner", text(&spec["owner"])),
        ("location", location),
    ];
    (
        fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.into()))
            .collect(),
        name,
    )
}
