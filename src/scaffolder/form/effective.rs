//! The schema that the answers of a page must meet: everything conditional is decided, so that a fault names the
//! answer and not the condition.

use serde_json::{Map, Value};

use super::{
    build::{Builder, Spot},
    control::kind_of,
    options,
    pointer::below,
    ui::Ui,
};

/// Schemas within schemas are looked into so deep.
const MAX_DEPTH: usize = 12;

/// The schema of a page for the answers there are.
pub(super) fn effective(builder: &Builder<'_>, page: &Value) -> Value {
    let mut schema = below_schema(builder, page, &Spot::default(), 0);
    for shared in ["definitions", "$defs"] {
        if let (Some(found), Some(object)) = (page.get(shared), schema.as_object_mut()) {
            object.insert(shared.to_owned(), found.clone());
        }
    }
    schema
}

fn below_schema(builder: &Builder<'_>, schema: &Value, spot: &Spot, depth: usize) -> Value {
    if depth > MAX_DEPTH || !schema.is_object() {
        return schema.clone();
    }
    let mut applying = builder.applying(schema, spot);
    choose_variant(builder, &mut applying, spot);
    if let Some(Value::Object(properties)) = applying.get_mut("properties") {
        let left_out: Vec<String> = without_feature(properties);
        properties.retain(|name, _| !left_out.contains(name));
        for (name, property) in properties.iter_mut() {
            let inner = Spot {
                pointer: below(&spot.pointer, name),
                name: name.clone(),
                ..Spot::default()
            };
            *property = below_schema(builder, property, &inner, depth + 1);
        }
        if let Some(Value::Array(required)) = applying.get_mut("required") {
            required.retain(|name| !left_out.iter().any(|other| name == other.as_str()));
        }
    }
    each_place(builder, &mut applying, spot, depth);
    Value::Object(applying)
}

fn without_feature(properties: &Map<String, Value>) -> Vec<String> {
    let waiting = properties
        .iter()
        .filter(|(_, property)| Ui::of(property).waits_for_feature());
    waiting.map(|(name, _)| name.clone()).collect()
}

/// What was chosen among schemas stands in the place of the choice.
fn choose_variant(builder: &Builder<'_>, applying: &mut Map<String, Value>, spot: &Spot) {
    let schema = Value::Object(applying.clone());
    let Some(options) = options::variants(&schema) else {
        return;
    };
    let options = builder.followed(options);
    let is_asked =
        kind_of(&schema) != "object" || options.iter().any(|one| one.get("properties").is_some());
    if options::constants(&schema).is_some() || !is_asked {
        return;
    }
    let chosen = builder.choice(&options, spot);
    applying.shift_remove("oneOf");
    applying.shift_remove("anyOf");
    if let Some(Value::Object(chosen)) = options.get(chosen) {
        super::merge::merge(applying, chosen.clone());
    }
}

/// Each place of a list has a schema of its own: conditions in it depend on what is in that place.
fn each_place(builder: &Builder<'_>, applying: &mut Map<String, Value>, spot: &Spot, depth: usize) {
    let items = applying.get("items").filter(|items| items.is_object());
    let Some(items) = items.cloned() else {
        return;
    };
    let places = builder.places(&Value::Object(applying.clone()), spot);
    if places == 0 {
        applying.shift_remove("items");
        return;
    }
    let place = |index: usize| {
        let inner = Spot {
            pointer: below(&spot.pointer, &index.to_string()),
            ..Spot::default()
        };
        below_schema(builder, &items, &inner, depth + 1)
    };
    applying.insert("items".to_owned(), (0..places).map(place).collect());
}
