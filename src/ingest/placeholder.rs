//! Fills `$text`, `$json`, `$yaml`, `$openapi` and `$asyncapi` from the files they name.

use serde_json::{Map, Value};

use super::{context::Context, faults};
use crate::{
    entity::{Diagnostic, LocationRef, Placeholder, RawDocument, parse_document, split_documents},
    source::SourceError,
};

/// References in references are followed so deep.
const MAX_REF_DEPTH: usize = 24;
/// And a bundled description has at most so many of them.
const MAX_REFS: usize = 2_000;

/// What the placeholder stands for. What it reads is added to `dependencies`.
pub(super) async fn resolve(
    context: &Context,
    base: &LocationRef,
    placeholder: &Placeholder,
    dependencies: &mut Vec<String>,
) -> Result<Value, Diagnostic> {
    let (pointer, key) = (&placeholder.pointer, &placeholder.key);
    let Some(written) = placeholder.target.as_str() else {
        return Err(faults::placeholder(
            pointer,
            &format!(
                "Placeholder {key} expected a string value parameter, in the form of an absolute URL or a relative path"
            ),
            format!("{key} needs a path or a URL, not a list, a number or a mapping."),
            format!("Write {key}: ./path/of/the/file"),
        ));
    };
    let target = resolve_target(context, base, written).map_err(|fault| {
        faults::placeholder(
            pointer,
            &format!(
                "Placeholder {key} could not form a URL out of {} and {written}, {fault}",
                base.target
            ),
            format!("“{written}” is neither a path nor a URL of a file that may be included here."),
            "Write a path relative to this file, or a whole URL, of a file in the same repository.",
        )
    })?;
    let text = read(context, &target, dependencies)
        .await
        .map_err(|fault| {
            faults::placeholder(
                pointer,
                &format!(
                    "Placeholder {key} could not read location {written}, {}: {fault}",
                    fault.name
                ),
                format!("The file {key} names cannot be read: {}", fault.reason),
                fault.mend,
            )
        })?;
    let unparsable = |fault: String| {
        faults::placeholder(
            pointer,
            &format!("Placeholder {key} failed to parse the content of {written}, {fault}"),
            format!("The file {written} cannot be understood: {fault}."),
            "Mend that file.",
        )
    };
    match key.as_str() {
        "$json" => serde_json::from_str(&text).map_err(|fault| unparsable(fault.to_string())),
        "$yaml" => one_document(&text).map_err(unparsable),
        "$openapi" | "$asyncapi" => {
            let value = one_document(&text).map_err(unparsable)?;
            let bundled = bundle(context, &target, value, dependencies)
                .await
                .map_err(unparsable)?;
            serde_saphyr::to_string(&bundled)
                .map(Value::String)
                .map_err(|fault| unparsable(fault.to_string()))
        }
        _ => Ok(Value::String(text)),
    }
}

async fn read(
    context: &Context,
    target: &LocationRef,
    dependencies: &mut Vec<String>,
) -> Result<String, SourceError> {
    // Noted even when it cannot be read: it may be there tomorrow.
    dependencies.push(target.to_string());
    Ok(context.reader.read(target).await?.text)
}

fn one_document(text: &str) -> Result<Value, String> {
    let mut found = Vec::new();
    for raw in split_documents(text) {
        if let Some(value) = parse_document(&raw, false).map_err(|fault| fault.reason)? {
            found.push(value);
        }
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err("it has no document".to_owned()),
        more => Err(format!("it has {more} documents, and one is needed")),
    }
}

/// Relative paths in files on disk are ours alone: where faults are judged as Backstage does, it refuses them too.
fn resolve_target(
    context: &Context,
    base: &LocationRef,
    written: &str,
) -> Result<LocationRef, String> {
    if base.kind == "file" && context.holds_back() && !written.contains("://") {
        return Err("TypeError: Invalid URL".to_owned());
    }
    let target = context.resolve(base, written)?;
    if context.reader.are_strangers(base, &target) {
        return Err("the file lies in another repository".to_owned());
    }
    Ok(target)
}

/// Puts what external `$ref`s name in their place, so that the description stands alone.
async fn bundle(
    context: &Context,
    base: &LocationRef,
    root: Value,
    dependencies: &mut Vec<String>,
) -> Result<Value, String> {
    let mut bundler = Bundler {
        context,
        dependencies,
        refs: 0,
    };
    bundler.inline(base, root, 0).await
}

struct Bundler<'a> {
    context: &'a Context,
    dependencies: &'a mut Vec<String>,
    refs: usize,
}

impl Bundler<'_> {
    fn inline<'b>(
        &'b mut self,
        base: &'b LocationRef,
        value: Value,
        depth: usize,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Value, String>> + Send + 'b>> {
        Box::pin(async move {
            match value {
                Value::Object(map) => match external_ref(&map) {
                    Some(named) => self.fetch(base, &named, depth).await,
                    None => {
                        let mut whole = Map::with_capacity(map.len());
                        for (key, value) in map {
                            whole.insert(key, self.inline(base, value, depth).await?);
                        }
                        Ok(Value::Object(whole))
                    }
                },
                Value::Array(list) => {
                    let mut whole = Vec::with_capacity(list.len());
                    for value in list {
                        whole.push(self.inline(base, value, depth).await?);
                    }
                    Ok(Value::Array(whole))
                }
                plain => Ok(plain),
            }
        })
    }

    async fn fetch(
        &mut self,
        base: &LocationRef,
        named: &str,
        depth: usize,
    ) -> Result<Value, String> {
        self.refs += 1;
        if depth >= MAX_REF_DEPTH || self.refs > MAX_REFS {
            return Err(format!("$ref {named} leads too deep, or in a circle"));
        }
        let (path, fragment) = named.split_once('#').unwrap_or((named, ""));
        let target = self.context.resolve(base, path)?;
        let text = read(self.context, &target, self.dependencies)
            .await
            .map_err(|fault| format!("$ref {named} cannot be read: {}", fault.reason))?;
        let raw = RawDocument {
            text: &text,
            first_line: 1,
        };
        let value = parse_document(&raw, false)
            .map_err(|fault| format!("$ref {named}: {}", fault.reason))?;
        let value = value.unwrap_or(Value::Null);
        let part = value
            .pointer(fragment)
            .cloned()
            .ok_or_else(|| format!("$ref {named} names nothing"))?;
        self.inline(&target, part, depth + 1).await
    }
}

fn external_ref(map: &Map<String, Value>) -> Option<String> {
    let named = map.get("$ref")?.as_str()?;
    (!named.starts_with('#')).then(|| named.to_owned())
}
