//! What callers ask, read and checked; and the policy that answers, which allows everything.

use serde_json::{Map, Value, json};

use super::{CATALOG_ENTITY, Condition};
use crate::{
    auth::Principal,
    error::{Error, Result},
};

const ACTIONS: [&str; 4] = ["create", "read", "update", "delete"];

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

impl Decision {
    /// As Backstage's answers have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Deny => "DENY",
        }
    }
}

/// One question to `authorize`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizeItem {
    /// The caller's, for the answer.
    pub id: String,
    /// Whether the permission is about a resource, and no resource is named.
    pub lacks_resource: bool,
}

/// One question to `apply-conditions`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionItem {
    /// The caller's, for the answer.
    pub id: String,
    /// The resources asked about.
    pub resource_refs: Vec<String>,
    /// Whether they came as a list, as the answer then is.
    pub is_list: bool,
    /// What they must meet.
    pub condition: Condition,
}

/// May this caller do this? Everybody may do everything.
///
/// [`Error::Input`] for permissions about resources without a resource: that is between plugins. Where nobody has to
/// say who they are, nobody asks who asks.
pub fn authorize(
    caller: &Principal,
    items: &[AuthorizeItem],
    is_policy_disabled: bool,
) -> Result<Decision> {
    let is_plugin = matches!(caller, Principal::Nobody) && is_policy_disabled;
    if !is_plugin && items.iter().any(|item| item.lacks_resource) {
        return Err(Error::Input("Resource permissions require a resourceRef to be set. Direct user requests without a resourceRef are not allowed.".to_owned()));
    }
    Ok(Decision::Allow)
}

/// Reads `{items: [{id, permission, resourceRef?}]}`. [`Error::Input`] lists every problem.
pub fn read_authorize(body: &Map<String, Value>) -> Result<Vec<AuthorizeItem>> {
    let mut issues = Issues::default();
    let items = issues.items(body);
    let read: Vec<AuthorizeItem> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let path = [json!("items"), json!(index)];
            let is_of_resource = issues.permission(&item["permission"], &path);
            let refs = issues.resource_refs(item, &path);
            AuthorizeItem {
                id: issues.text(item, "id", &path),
                lacks_resource: is_of_resource && refs.is_none(),
            }
        })
        .collect();
    issues.or(read)
}

/// Reads `{items: [{id, resourceRef, resourceType, conditions}]}` about entities. [`Error::Input`] lists every problem.
pub fn read_conditions(body: &Map<String, Value>) -> Result<Vec<ConditionItem>> {
    let mut issues = Issues::default();
    let items = issues.items(body);
    let mut read = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = [json!("items"), json!(index)];
        let (id, kind) = (
            issues.text(item, "id", &path),
            issues.text(item, "resourceType", &path),
        );
        let refs = issues.resource_refs(item, &path);
        if refs.is_none() {
            issues.add(&path, "resourceRef", "Required");
        }
        if !kind.is_empty() && kind != CATALOG_ENTITY {
            return Err(Error::Input(format!("Unexpected resource types: {kind}.")));
        }
        read.push((id, refs.unwrap_or_default(), item));
    }
    let read = issues.or(read)?;
    let item = |(id, resource_refs, item): (String, Vec<String>, &Value)| {
        Ok(ConditionItem {
            id,
            resource_refs,
            is_list: item["resourceRef"].is_array(),
            condition: Condition::read(&item["conditions"], CATALOG_ENTITY)?,
        })
    };
    read.into_iter().map(item).collect()
}

/// What is wrong with a body, as Backstage's parser (zod) lists it.
#[derive(Default)]
struct Issues(Vec<Value>);

impl Issues {
    fn add(&mut self, path: &[Value], key: &str, message: &str) {
        let mut path = path.to_vec();
        path.push(key.into());
        self.0
            .push(json!({"code": "invalid_type", "path": path, "message": message}));
    }

    fn items<'a>(&mut self, body: &'a Map<String, Value>) -> &'a [Value] {
        match body.get("items") {
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.add(&[], "items", "Expected array");
                &[]
            }
            None => {
                self.add(&[], "items", "Required");
                &[]
            }
        }
    }

    fn text(&mut self, item: &Value, key: &str, path: &[Value]) -> String {
        match &item[key] {
            Value::String(text) => return text.clone(),
            Value::Null => self.add(path, key, "Required"),
            _ => self.add(path, key, "Expected string"),
        }
        String::new()
    }

    /// One ref, or a list of at least one.
    fn resource_refs(&mut self, item: &Value, path: &[Value]) -> Option<Vec<String>> {
        let refs = match item.get("resourceRef")? {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(refs) if !refs.is_empty() => refs
                .iter()
                .map(|text| text.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        if refs.is_none() {
            self.add(
                path,
                "resourceRef",
                "Expected string, or a list of strings that is not empty",
            );
        }
        Some(refs.unwrap_or_default())
    }

    /// Checks a permission; true if it is about a resource.
    fn permission(&mut self, permission: &Value, path: &[Value]) -> bool {
        let mut path = path.to_vec();
        path.push("permission".into());
        self.text(permission, "name", &path);
        match permission.get("attributes") {
            Some(Value::Object(attributes)) => {
                let action = attributes.get("action");
                if action.is_some_and(|action| !ACTIONS.iter().any(|known| action == known)) {
                    path.push("attributes".into());
                    self.add(&path, "action", "Invalid input");
                    path.pop();
                }
            }
            _ => self.add(&path, "attributes", "Required"),
        }
        match permission["type"].as_str() {
            Some("basic") => false,
            Some("resource") => {
                self.text(permission, "resourceType", &path);
                true
            }
            _ => {
                self.add(
                    &path,
                    "type",
                    "Invalid input: expected 'basic' or 'resource'",
                );
                false
            }
        }
    }

    fn or<T>(self, read: T) -> Result<T> {
        if self.0.is_empty() {
            return Ok(read);
        }
        let told = serde_json::to_string_pretty(&self.0).map_err(Error::internal)?;
        Err(Error::Input(told))
    }
}
