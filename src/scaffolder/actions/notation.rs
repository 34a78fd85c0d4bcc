//! Reads the types that schemas are written in; `schema` says what they look like.

use serde_json::{Deserializer, Map, Value, json};

use super::schema;

/// A field of a schema.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) is_required: bool,
    pub(super) schema: Value,
}

/// Reads `name*: type = default -- description`; `None` if it is written otherwise.
pub(super) fn field(line: &str) -> Option<Field> {
    let mut reader = Reader { rest: line };
    let mut field = reader.field()?;
    if reader.takes("--") {
        let description = reader.rest.trim();
        // A default stands behind the description.
        let default = shifted(&mut field.schema, "default");
        field.schema["description"] = description.into();
        if let Some(default) = default {
            field.schema["default"] = default;
        }
        return Some(field);
    }
    reader.rest.is_empty().then_some(field)
}

fn shifted(schema: &mut Value, key: &str) -> Option<Value> {
    schema.as_object_mut()?.shift_remove(key)
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// Takes a sign, and the blanks before it, if it is next.
    fn takes(&mut self, sign: &str) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> Option<&'t str> {
        let text = self.rest.trim_start();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn json(&mut self) -> Option<Value> {
        let text = self.rest.trim_start();
        if !text.starts_with(['"', '[', '{']) {
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
            let end = text.find(|letter| !is_part(letter));
            let (word, rest) = text.split_at(end.unwrap_or(text.len()));
            self.rest = rest;
            return serde_json::from_str(word).ok();
        }
        let mut values = Deserializer::from_str(text).into_iter::<Value>();
        let value = values.next()?.ok()?;
        self.rest = &text[values.byte_offset()..];
        Some(value)
    }

    fn field(&mut self) -> Option<Field> {
        let name = self.word()?.to_owned();
        let is_required = self.takes("*");
        let mut schema = if self.takes(":") {
            self.union()?
        } else {
            return None;
        };
        if self.takes("=") {
            schema["default"] = self.json()?;
        }
        Some(Field {
            name,
            is_required,
            schema,
        })
    }

    fn union(&mut self) -> Option<Value> {
        let mut types = vec![self.list()?];
        while self.takes("|") {
            types.push(self.list()?);
        }
        Some(joined(types))
    }

    fn list(&mut self) -> Option<Value> {
        let mut schema = self.single()?;
        loop {
            if self.takes("(") {
                self.limits(&mut schema)?;
            } else if self.takes("[]") {
                let items = std::mem::replace(&mut schema, json!({"type": "array"}));
                if items != json!({}) {
                    schema["items"] = items;
                }
            } else {
                return Some(schema);
            }
        }
    }

    fn limits(&mut self, schema: &mut Value) -> Option<()> {
        loop {
            let keyword = self.word()?;
            schema[keyword] = self.json()?;
            if self.takes(")") {
                return Some(());
            }
            self.takes(",").then_some(())?;
        }
    }

    fn single(&mut self) -> Option<Value> {
        if self.takes("(") {
            let inner = self.union()?;
            return self.takes(")").then_some(inner);
        }
        if self.takes("{") {
            return self.braces();
        }
        if self.rest.trim_start().starts_with('"') {
            return Some(json!({"type": "string", "const": self.json()?}));
        }
        match self.word()? {
            "any" => Some(json!({})),
            word @ ("string" | "number" | "boolean") => Some(json!({ "type": word })),
            _ => None,
        }
    }

    fn braces(&mut self) -> Option<Value> {
        if self.takes("*") {
            let values = self.takes(":").then(|| self.union())??;
            let schema = json!({"type": "object", "additionalProperties": values});
            return self.takes("}").then_some(schema);
        }
        let mut fields = Vec::new();
        loop {
            fields.push(self.field()?);
            if self.takes("}") {
                return Some(schema::object(fields));
            }
            self.takes(",").then_some(())?;
        }
    }
}

/// Texts become one list of choices, plain types one list of types; anything else is one of several schemas.
fn joined(types: Vec<Value>) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    let mut choices: Vec<Value> = Vec::new();
    for part in types {
        let Some(choice) = part.get("const") else {
            parts.extend(choice_of(&mut choices));
            parts.push(part);
            continue;
        };
        choices.push(choice.clone());
    }
    parts.extend(choice_of(&mut choices));
    let plain: Option<Vec<Value>> = parts.iter().map(plain_type).collect();
    match (parts.len(), plain) {
        (1, _) => parts.remove(0),
        (_, Some(types)) => json!({ "type": types }),
        (_, None) => json!({ "anyOf": parts }),
    }
}

fn choice_of(choices: &mut Vec<Value>) -> Option<Value> {
    let mut taken = std::mem::take(choices);
    match taken.len() {
        0 => None,
        1 => Some(json!({"type": "string", "const": taken.remove(0)})),
        _ => Some(json!({"type": "string", "enum": taken})),
    }
}

/// The type of a schema that says nothing else.
fn plain_type(schema: &Value) -> Option<Value> {
    let only: &Map<String, Value> = schema.as_object().filter(|map| map.len() == 1)?;
    only.get("type").cloned()
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn what_is_written_wrong_is_no_field() {
        for line in [
            "",
            "a",
            "a:",
            "a: text",
            "a: string[",
            "a: {b: string",
            "a: (string",
            "a: string = x",
            "a: string(minLength)",
            "a: string, b",
            "a: {*: }",
            "a: string | ",
        ] {
            assert!(field(line).is_none(), "{line}");
        }
    }
}
