//! What the actions declare: the list that clients are told.

use serde_json::Value;

use crate::support::{runs::portal, shared};

/// Descriptions are our own, and what is only said to be there is not compared.
fn compared(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map
                .iter()
                .filter(|(key, value)| *key != "description" || !value.is_string());
            kept.map(|(key, value)| (key.clone(), compared(value)))
                .collect()
        }
        Value::Array(list) => list.iter().map(compared).collect(),
        other => other.clone(),
    }
}

/// The recording has `<time>` and the like in place of schemas whose names it takes for those of instants.
fn with_placeholders(recorded: &Value, ours: &mut Value) {
    match (recorded, ours) {
        (Value::String(recorded), ours) if recorded.starts_with('<') => {
            *ours = recorded.as_str().into();
        }
        (Value::Object(recorded), Value::Object(ours)) => {
            for (key, value) in recorded {
                if let Some(ours) = ours.get_mut(key) {
                    with_placeholders(value, ours);
                }
            }
        }
        _ => {}
    }
}

#[tokio::test]
#[ignore = "reads the folder that CALLBOARD_SHARED names"]
async fn actions_have_the_schemas_of_backstage() {
    let recorded = shared("rig/golden/expected/main.jsonl");
    let recorded = std::fs::read_to_string(recorded).expect("read");
    let mut records = recorded
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let recorded = records
        .find(|record| record["id"] == "scaffolder-actions")
        .expect("recorded");
    let app = portal("").start().await;
    let ours = app.get("/api/scaffolder/v2/actions").await.json();
    let ours = ours.as_array().expect("a list");
    let recorded = recorded["body"].as_array().expect("a list");
    assert_eq!(recorded.len(), 39);
    for action in recorded {
        let found = ours.iter().find(|found| found["id"] == action["id"]);
        let found = found.unwrap_or_else(|| panic!("no {}", action["id"]));
        let mut schema = found["schema"].clone();
        with_placeholders(&action["schema"], &mut schema);
        let (schema, expected) = (compared(&schema), compared(&action["schema"]));
        // As texts, so that the order of the fields counts.
        assert_eq!(schema.to_string(), expected.to_string(), "{}", action["id"]);
        assert_eq!(found["examples"].is_array(), action["examples"].is_array());
    }
}
