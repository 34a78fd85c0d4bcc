//! What holds for every entity of whatever kind: the whole envelope, no foreign root keys, formats.

use serde_json::Value;

use super::{
    Diagnostic, EntityRef, FaultScope,
    diagnostic::fault,
    format,
    shape::{Fields, Shape, check, pointer_token},
};

const TEXTS: Shape = Shape::MapOf(&Shape::Text);
const LINK: Shape = Shape::Map(&Fields {
    required: &["url"],
    known: &[
        ("url", Shape::Filled),
        ("title", Shape::Filled),
        ("icon", Shape::Filled),
        ("type", Shape::Filled),
    ],
});
const METADATA: Shape = Shape::Map(&Fields {
    required: &["name"],
    known: &[
        ("uid", Shape::Filled),
        ("etag", Shape::Filled),
        ("name", Shape::Filled),
        ("namespace", Shape::Filled),
        ("title", Shape::Filled),
        ("description", Shape::Text),
        ("labels", TEXTS),
        ("annotations", TEXTS),
        ("tags", Shape::List(&Shape::Filled)),
        ("links", Shape::List(&LINK)),
    ],
});
const ENTITY: Shape = Shape::Map(&Fields {
    required: &["apiVersion", "kind", "metadata"],
    known: &[
        ("apiVersion", Shape::Filled),
        ("kind", Shape::Filled),
        ("metadata", METADATA),
        ("spec", Shape::MapOf(&Shape::Any)),
        ("relations", Shape::List(&Shape::MapOf(&Shape::Any))),
        ("status", Shape::MapOf(&Shape::Any)),
    ],
});

/// Keys an author may write at the root.
const AUTHORED: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];
/// Keys only the catalog writes.
const PRODUCED: [&str; 2] = ["relations", "status"];
const DOCUMENTATION: &str = "https://github.com/backstage/backstage/blob/master/docs/architecture-decisions/adr002-default-catalog-file-format.md";

const NAME: &str = "a string that is sequences of [a-zA-Z0-9] separated by any of [-_.], at most 63 characters in total";
const LABEL: &str =
    "a string that is sequences of [a-z0-9] separated by [-], at most 63 characters in total";
const TAG: &str =
    "a string that is sequences of [a-z0-9+#] separated by [-], at most 63 characters in total";
const KIND: &str =
    "a string that is a sequence of [a-zA-Z][a-z0-9A-Z], at most 63 characters in total";
const URL: &str = "a string that is a valid url";
const PREFIXED: &str = "a valid prefix and/or suffix";

/// Checks all policies; the first fault decides.
pub(super) fn check_policies(value: &Value, entity_ref: &EntityRef) -> Result<(), Diagnostic> {
    check_schema(value, entity_ref)?;
    let authored = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str());
    if let Some(foreign) = authored.into_iter().find(|key| !AUTHORED.contains(key)) {
        return Err(Diagnostic {
            path: Some(format!("/{}", pointer_token(foreign))),
            ..refused(
                entity_ref,
                format!("Unknown field {foreign}"),
                format!("`{foreign}` is written by the catalog, not by authors."),
                format!("Remove `{foreign}`."),
            )
        });
    }
    check_formats(value).map_err(|found| Diagnostic {
        path: Some(found.path.clone()),
        ..refused(
            entity_ref,
            format!(
                "\"{}\" is not valid; expected {} but found \"{}\". To learn more about catalog file format, visit: {DOCUMENTATION}",
                found.field, found.expected, found.value
            ),
            found.reason(),
            found.mend(),
        )
    })
}

fn check_schema(value: &Value, entity_ref: &EntityRef) -> Result<(), Diagnostic> {
    let malformed = |path: &str, told: &str, reason: String, mend: String| Diagnostic {
        path: Some(path.to_owned()),
        ..refused(
            entity_ref,
            format!("Malformed envelope, {told}"),
            reason,
            mend,
        )
    };
    let keys = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str());
    let unknown = keys
        .into_iter()
        .find(|key| !AUTHORED.contains(key) && !PRODUCED.contains(key));
    if let Some(unknown) = unknown {
        return Err(malformed(
            &format!("/{}", pointer_token(unknown)),
            "<root> must NOT have additional properties",
            format!("`{unknown}` is no key of an entity."),
            format!("Move `{unknown}` under `spec` or `metadata`, or remove it."),
        ));
    }
    check(value, ENTITY, &mut String::new()).map_err(|found| {
        malformed(
            &found.path,
            &found.without_parameters(),
            found.reason.clone(),
            found.mend.clone(),
        )
    })
}

fn refused(entity_ref: &EntityRef, cause: String, reason: String, mend: String) -> Diagnostic {
    let message = format!("Policy check failed for {entity_ref}; caused by Error: {cause}");
    Diagnostic {
        cause: Some(("Error".to_owned(), cause)),
        ..fault(FaultScope::Entity, "InputError", message, reason, mend)
    }
}

/// A value of the wrong format.
struct FormatFault {
    /// As Backstage names it.
    field: String,
    path: String,
    value: String,
    expected: &'static str,
}

impl FormatFault {
    /// Whether the value is one that a template should have filled in.
    fn is_template(&self) -> bool {
        self.value.contains("{{")
    }

    fn reason(&self) -> String {
        let Self { field, value, .. } = self;
        if self.is_template() {
            return format!("`{field}` is “{value}”: the skeleton of a template, not filled in.");
        }
        format!("“{value}” cannot be the value of `{field}`.")
    }

    fn mend(&self) -> String {
        if self.is_template() {
            return "Keep skeletons out of what the catalog reads: narrow the target that led here."
                .to_owned();
        }
        format!("Write {}.", mend_of(self.expected))
    }
}

fn check_formats(value: &Value) -> Result<(), FormatFault> {
    let metadata = &value["metadata"];
    require(
        "apiVersion",
        "/apiVersion",
        &value["apiVersion"],
        format::is_api_version,
        PREFIXED,
    )?;
    require("kind", "/kind", &value["kind"], format::is_kind, KIND)?;
    require(
        "metadata.name",
        "/metadata/name",
        &metadata["name"],
        format::is_object_name,
        NAME,
    )?;
    require(
        "metadata.namespace",
        "/metadata/namespace",
        &metadata["namespace"],
        format::is_dns_label,
        LABEL,
    )?;
    check_keys(metadata)?;
    for (index, tag) in metadata["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let path = || format!("/metadata/tags/{index}");
        require_text(
            || format!("tags.{index}"),
            path,
            tag.as_str().unwrap_or_default(),
            format::is_tag,
            TAG,
        )?;
    }
    let links = metadata["links"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate();
    links
        .into_iter()
        .try_for_each(|(index, link)| check_link(index, link))
}

fn check_keys(metadata: &Value) -> Result<(), FormatFault> {
    for (key, label) in metadata["labels"].as_object().into_iter().flatten() {
        let path = || format!("/metadata/labels/{}", pointer_token(key));
        require_text(
            || format!("labels.{key}"),
            path,
            key,
            format::is_key,
            PREFIXED,
        )?;
        let label = label.as_str().unwrap_or_default();
        require_text(
            || format!("labels.{key}"),
            path,
            label,
            format::is_label_value,
            NAME,
        )?;
    }
    for (key, _) in metadata["annotations"].as_object().into_iter().flatten() {
        let path = || format!("/metadata/annotations/{}", pointer_token(key));
        require_text(
            || format!("annotations.{key}"),
            path,
            key,
            format::is_key,
            PREFIXED,
        )?;
    }
    Ok(())
}

fn check_link(index: usize, link: &Value) -> Result<(), FormatFault> {
    let path = |key: &str| format!("/metadata/links/{index}/{key}");
    let url = link["url"].as_str().unwrap_or_default();
    require_text(
        || format!("links.{index}.url"),
        || path("url"),
        url,
        format::is_url,
        URL,
    )?;
    for key in ["title", "icon", "type"] {
        let Some(text) = link[key].as_str() else {
            continue;
        };
        let filled = |text: &str| !text.trim().is_empty();
        require_text(
            || format!("links.{index}.{key}"),
            || path(key),
            text,
            filled,
            "a non empty string",
        )?;
    }
    Ok(())
}

fn require(
    field: &str,
    path: &str,
    value: &Value,
    is_valid: impl Fn(&str) -> bool,
    expected: &'static str,
) -> Result<(), FormatFault> {
    // What is not there is filled in later, or was missed by the schema already.
    let Some(text) = value.as_str() else {
        return Ok(());
    };
    require_text(
        || field.to_owned(),
        || path.to_owned(),
        text,
        is_valid,
        expected,
    )
}

fn require_text(
    field: impl Fn() -> String,
    path: impl Fn() -> String,
    text: &str,
    is_valid: impl Fn(&str) -> bool,
    expected: &'static str,
) -> Result<(), FormatFault> {
    if is_valid(text) {
        return Ok(());
    }
    Err(FormatFault {
        field: field(),
        path: path(),
        value: text.to_owned(),
        expected,
    })
}

/// What to write instead, in plain words.
fn mend_of(expected: &str) -> &'static str {
    match expected {
        NAME => "letters, digits and, between them, `-`, `_` or `.`; at most 63 characters",
        LABEL => "lower-case letters, digits and, between them, hyphens; at most 63 characters",
        TAG => {
            "lower-case letters, digits, `:`, `+`, `#` and single hyphens between them; at most 63 characters"
        }
        KIND => "a letter, then letters and digits; at most 63 characters",
        PREFIXED => "`name` or `prefix/name`, the prefix being a host name in lower case",
        URL => "a whole URL, beginning with `https://`",
        _ => "something, or remove the line",
    }
}
