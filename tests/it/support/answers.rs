//! Answers that a template's form takes, made from its schemas: only what must be said, or everything.

use callboard::scaffolder::{
    dry_run::{DryRunFault, check_values},
    schema::faults,
    spec::parameter_steps,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    string::string_regex,
    test_runner::TestRunner,
};
use serde_json::{Map, Value, json};

/// Schemas nest no deeper in a form anybody fills in.
const MAX_DEPTH: usize = 8;
/// How often what depends on other answers is looked at again.
const ROUNDS: usize = 4;

/// How much is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// What is required, and defaults.
    Minimal,
    /// Every field, the last of every choice.
    Full,
}

/// Answers to all pages of a template; `repo_host` is where repositories are to be. The error: what is refused.
pub(crate) fn answers(
    template: &Value,
    amount: Amount,
    repo_host: &str,
) -> Result<Map<String, Value>, Vec<String>> {
    let mut found = Map::new();
    let maker = Maker { amount, repo_host };
    for _ in 0..ROUNDS {
        for page in parameter_steps(template) {
            maker.object(&page, &page, &mut found, 0);
        }
    }
    match check_values(template, &found) {
        Ok(()) => Ok(found),
        Err(DryRunFault::Values(faults)) => {
            Err(faults.into_iter().map(|fault| fault.stack).collect())
        }
        Err(DryRunFault::Error(fault)) => Err(vec![fault.to_string()]),
    }
}

struct Maker<'a> {
    amount: Amount,
    repo_host: &'a str,
}

impl Maker<'_> {
    /// Answers the properties of an object that are not answered yet, and what depends on those that are.
    fn object(&self, root: &Value, schema: &Value, found: &mut Map<String, Value>, depth: usize) {
        let schema = resolved(root, schema);
        let required: Vec<&str> = texts(&schema["required"]);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let property = resolved(root, property);
            let is_wanted = self.amount == Amount::Full
                || required.contains(&name.as_str())
                || property.get("default").is_some();
            if !found.contains_key(name) && is_wanted && depth < MAX_DEPTH {
                found.extend(
                    self.value(root, property, depth)
                        .map(|value| (name.clone(), value)),
                );
            }
        }
        for (name, dependent) in schema["dependencies"].as_object().into_iter().flatten() {
            if found.contains_key(name) {
                self.dependent(root, dependent, found, depth);
            }
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.object(root, part, found, depth + 1);
        }
        if let Some(condition) = schema.get("if") {
            let holds = accepts(condition, &Value::Object(found.clone()));
            if let Some(branch) = schema.get(if holds { "then" } else { "else" }) {
                self.object(root, branch, found, depth + 1);
            }
        }
        self.branch(root, schema, found, depth);
    }

    /// `dependencies`: names that must be there as well, or a schema.
    fn dependent(
        &self,
        root: &Value,
        dependent: &Value,
        found: &mut Map<String, Value>,
        depth: usize,
    ) {
        if dependent.is_array() {
            let page = json!({"required": dependent, "properties": root["properties"]});
            self.object(root, &page, found, depth + 1);
        } else {
            self.object(root, dependent, found, depth + 1);
        }
    }

    /// `oneOf` and `anyOf`: the first branch that what is answered does not contradict.
    fn branch(&self, root: &Value, schema: &Value, found: &mut Map<String, Value>, depth: usize) {
        for key in ["oneOf", "anyOf"] {
            let branches = schema[key].as_array().into_iter().flatten();
            let fitting = branches
                .map(|branch| resolved(root, branch))
                .find(|branch| {
                    let known = branch["properties"].as_object().into_iter().flatten();
                    known.into_iter().all(|(name, property)| {
                        found.get(name).is_none_or(|value| accepts(property, value))
                    })
                });
            if let Some(branch) = fitting.filter(|_| depth < MAX_DEPTH) {
                self.object(root, branch, found, depth + 1);
            }
        }
    }

    /// A value a schema takes. `None`: nothing is known of it.
    fn value(&self, root: &Value, schema: &Value, depth: usize) -> Option<Value> {
        if let Some(default) = schema
            .get("default")
            .filter(|_| self.amount == Amount::Minimal)
            && accepts(schema, default)
        {
            return Some(default.clone());
        }
        if let Some(value) = schema.get("const") {
            return Some(value.clone());
        }
        if let Some(all) = schema["enum"].as_array().filter(|all| !all.is_empty()) {
            return match self.amount {
                Amount::Minimal => all.first().cloned(),
                Amount::Full => all.last().cloned(),
            };
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.first().and_then(Value::as_str),
            kind => kind.as_str(),
        };
        match kind {
            Some("object") => Some(self.of_object(root, schema, depth)),
            Some("array") => Some(self.list(root, schema, depth)),
            Some("boolean") => Some(json!(self.amount == Amount::Full)),
            Some("integer" | "number") => Some(number(schema)),
            Some("null") => Some(Value::Null),
            Some(_) => Some(json!(self.text(schema))),
            None if schema.get("properties").is_some() => Some(self.of_object(root, schema, depth)),
            None => {
                let branches = ["oneOf", "anyOf"]
                    .into_iter()
                    .find_map(|key| schema[key].as_array());
                match branches.and_then(|branches| branches.first()) {
                    Some(branch) => self.value(root, resolved(root, branch), depth + 1),
                    None => Some(json!(self.text(schema))),
                }
            }
        }
    }

    fn of_object(&self, root: &Value, schema: &Value, depth: usize) -> Value {
        let mut found = Map::new();
        self.object(root, schema, &mut found, depth + 1);
        found.into()
    }

    fn list(&self, root: &Value, schema: &Value, depth: usize) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0);
        let wanted = match self.amount {
            Amount::Minimal => least,
            Amount::Full => least.max(1),
        };
        let items = resolved(root, &schema["items"]);
        if schema["uniqueItems"] == true
            && let Some(all) = items["enum"].as_array()
        {
            let count = usize::try_from(wanted).unwrap_or(usize::MAX);
            return all.iter().take(count).cloned().collect();
        }
        let items = (0..wanted).map(|_| self.value(root, items, depth + 1).unwrap_or_default());
        items.collect()
    }

    fn text(&self, schema: &Value) -> String {
        if let Some(pattern) = schema["pattern"].as_str() {
            return matching(pattern, schema);
        }
        let text = match schema["ui:field"].as_str() {
            Some("RepoUrlPicker") => self.repo_url(schema),
            Some("OwnerPicker" | "MyGroupsPicker") => "group:default/team-a".to_owned(),
            Some("EntityPicker" | "OwnedEntityPicker" | "MultiEntityPicker") => {
                let kinds = schema.pointer("/ui:options/catalogFilter/kind");
                let kind = kinds.and_then(|kinds| kinds.get(0).unwrap_or(kinds).as_str());
                format!(
                    "{}:default/team-a",
                    kind.unwrap_or("component").to_lowercase()
                )
            }
            Some("RepoBranchPicker") => "main".to_owned(),
            _ => match schema["format"].as_str() {
                Some("email") => "ana@example.com".to_owned(),
                Some("uri" | "url") => "https://example.com/a".to_owned(),
                Some("date") => "2026-01-01".to_owned(),
                _ => "shop".to_owned(),
            },
        };
        fitted(text, schema)
    }

    fn repo_url(&self, schema: &Value) -> String {
        let first = |key: &str| {
            let all = schema.pointer(&format!("/ui:options/{key}"));
            all.and_then(|all| all.get(0)?.as_str())
        };
        let host = first("allowedHosts").unwrap_or(self.repo_host);
        let owner = first("allowedOwners").unwrap_or("acme");
        format!("{host}?owner={owner}&repo=shop&organization=acme&workspace=acme&project=acme")
    }
}

/// Follows `$ref` inside the page.
fn resolved<'v>(root: &'v Value, schema: &'v Value) -> &'v Value {
    let target = schema["$ref"]
        .as_str()
        .and_then(|text| text.strip_prefix('#'));
    target
        .and_then(|pointer| root.pointer(pointer))
        .unwrap_or(schema)
}

fn texts(value: &Value) -> Vec<&str> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

fn accepts(schema: &Value, value: &Value) -> bool {
    faults(schema, value).is_ok_and(|found| found.is_empty())
}

fn number(schema: &Value) -> Value {
    let least = schema["minimum"]
        .as_f64()
        .or_else(|| schema["exclusiveMinimum"].as_f64().map(|n| n + 1.0));
    let most = schema["maximum"].as_f64();
    let step = schema["multipleOf"].as_f64().unwrap_or(1.0);
    let wanted = least.or(most.map(|most| most.min(1.0))).unwrap_or(1.0);
    let stepped = (wanted / step).ceil() * step;
    if stepped.fract() == 0.0 {
        return json!(
            stepped
                .round()
                .to_string()
                .parse::<i64>()
                .unwrap_or_default()
        );
    }
    json!(stepped)
}

/// A text of the length a schema wants.
fn fitted(text: String, schema: &Value) -> String {
    let length = |key: &str| usize::try_from(schema[key].as_u64()?).ok();
    let least = length("minLength").unwrap_or(0);
    let mut text = text;
    while text.chars().count() < least {
        text.push('x');
    }
    text.chars()
        .take(length("maxLength").unwrap_or(usize::MAX))
        .collect()
}

/// A text that matches a pattern: a usual one, else one that is made of it.
fn matching(pattern: &str, schema: &Value) -> String {
    let usual = [
        "shop",
        "my-shop",
        "shop-1",
        "Shop",
        "SHOP",
        "1",
        "123",
        "1.2.3",
        "v1.0.0",
        "10.0.0.0/16",
        "10Gi",
        "500m",
        "ana@example.com",
        "https://example.com",
        "00000000-0000-4000-8000-000000000000",
        "2026-01-01",
        "a/b",
        ".",
        "./a",
        "/a",
    ];
    let mut all = usual
        .into_iter()
        .map(|text| fitted(text.to_owned(), schema));
    if let Some(found) = all.find(|text| accepts(schema, &json!(text))) {
        return found;
    }
    // What it makes is held against the whole pattern below.
    let inner = pattern.replace(['^', '$'], "");
    let Ok(strategy) = string_regex(&inner) else {
        return "shop".to_owned();
    };
    let mut runner = TestRunner::deterministic();
    let mut made = (0..200).filter_map(|_| Some(strategy.new_tree(&mut runner).ok()?.current()));
    made.find(|text| accepts(schema, &json!(text)))
        .unwrap_or_else(|| "shop".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_depends_on_other_answers_is_answered_too() {
        let template = json!({"spec": {"parameters": [{
            "required": ["kind", "id"],
            "properties": {
                "kind": {"type": "string", "enum": ["a", "b"]},
                "id": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
                "note": {"type": "string", "minLength": 9},
            },
            "dependencies": {"kind": {"oneOf": [
                {"required": ["size"], "properties": {"kind": {"enum": ["a"]}, "size": {"type": "integer", "minimum": 3}}},
                {"required": ["url"], "properties": {"kind": {"enum": ["b"]}, "url": {"type": "string", "ui:field": "RepoUrlPicker"}}},
            ]}},
        }]}});
        let few = answers(&template, Amount::Minimal, "git.example.com").unwrap();
        assert_eq!((&few["kind"], &few["size"]), (&json!("a"), &json!(3)));
        assert!(!few.contains_key("note"));
        let all = answers(&template, Amount::Full, "git.example.com").unwrap();
        assert_eq!(all["note"].as_str().map(str::len), Some(9));
        assert!(
            all["url"]
                .as_str()
                .unwrap()
                .starts_with("git.example.com?owner=acme&repo=shop")
        );
        let impossible = json!({"spec": {"parameters": {"required": ["x"], "properties": {"x": {"type": "string", "enum": ["a"], "minLength": 2}}}}});
        assert_eq!(
            answers(&impossible, Amount::Full, "h").unwrap_err().len(),
            1
        );
    }
}
