//! The environment, read once, and the configuration in it: `APP_CONFIG_a_b_c=value` sets `a.b.c`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::problem::Problems;

/// Environment variables by name.
pub type Environment = BTreeMap<String, String>;

const PREFIX: &str = "APP_CONFIG_";

/// What programs that we start may see.
const FOR_PROGRAMS: [&str; 12] = [
    "PATH",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "TMPDIR",
];

/// The part of the environment that programs we start may see: no secret of the portal is in it.
pub(super) fn for_programs(environment: &Environment) -> Vec<(String, String)> {
    let known = FOR_PROGRAMS.iter();
    known
        .filter_map(|name| environment.get_key_value(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The configuration in the environment. Values are JSON, or else text; empty ones are left out.
pub(super) fn config_of(environment: &Environment, problems: &mut Problems) -> Value {
    let mut config = Value::Object(Map::new());
    for (name, text) in environment
        .iter()
        .filter(|(name, text)| name.starts_with(PREFIX) && !text.is_empty())
    {
        let keys: Vec<&str> = name[PREFIX.len()..].split('_').collect();
        if let Some(bad) = keys.iter().find(|key| !is_key(key)) {
            problems.add_at(name, "", format!("“{bad}” in its name is no key. Write APP_CONFIG_ and the keys with one _ between them."));
            continue;
        }
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()));
        if value.is_null() {
            problems.add_at(
                name,
                &keys.join("."),
                "it is null. Unset the variable instead.".to_owned(),
            );
            continue;
        }
        if !insert(&mut config, &keys, value) {
            problems.add_at(
                name,
                &keys.join("."),
                "another variable sets the same key, or a part of it. Unset one of them."
                    .to_owned(),
            );
        }
    }
    config
}

/// `^[a-z][a-z0-9]*(?:[-_:][a-z0-9]+)*$`, any case; `_` cannot occur here.
fn is_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key
            .split(['-', ':'])
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Puts a value under its keys; false if something is there already.
fn insert(config: &mut Value, keys: &[&str], value: Value) -> bool {
    let Value::Object(map) = config else {
        return false;
    };
    match keys {
        [] => false,
        [last] => {
            let is_free = !map.contains_key(*last);
            if is_free {
                map.insert((*last).to_owned(), value);
            }
            is_free
        }
        [first, rest @ ..] => insert(
            map.entry(*first)
                .or_insert_with(|| Value::Object(Map::new())),
            rest,
            value,
        ),
    }
}
