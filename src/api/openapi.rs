//! `GET /api/<plugin>/openapi.json`: what the contracts say, as OpenAPI.

use axum::response::Response;
use serde_json::{Map, Value, json as value};

use super::contract;
use crate::{
    entity::{Fields, Shape},
    error::Result,
    http::{AppState, Body, Call, Kind, Operation, Parameter, json},
};

/// Of the catalog.
pub(super) async fn catalog(_: AppState, call: Call) -> Result<Response> {
    Ok(answer(&call, "catalog", contract::catalog::OPERATIONS))
}

/// Of search.
pub(super) async fn search(_: AppState, call: Call) -> Result<Response> {
    Ok(answer(&call, "search", contract::search::OPERATIONS))
}

/// Of the scaffolder.
pub(super) async fn scaffolder(_: AppState, call: Call) -> Result<Response> {
    Ok(answer(
        &call,
        "scaffolder",
        contract::scaffolder::OPERATIONS,
    ))
}

fn answer(call: &Call, plugin: &str, operations: &[&Operation]) -> Response {
    let document = document(plugin, operations);
    json(document.to_string().into(), &call.headers)
}

fn document(plugin: &str, operations: &[&Operation]) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let entry = paths.entry(operation.path).or_insert_with(|| value!({}));
        entry[operation.method.to_lowercase()] = described(operation);
    }
    value!({
        "openapi": "3.0.3",
        "info": {
            "title": plugin,
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!("The {plugin} of Callboard, as clients of Backstage call it"),
        },
        "servers": [{"url": "/"}],
        "paths": paths,
    })
}

fn described(operation: &Operation) -> Value {
    let in_path = operation
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path.map(
        |name| value!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    let parameters: Vec<Value> = in_path
        .chain(operation.query.iter().map(parameter))
        .collect();
    let mut described = value!({
        "summary": operation.summary,
        "parameters": parameters,
        "responses": {"default": {"description": "See the documentation of Callboard's endpoints"}},
    });
    let body = match operation.body {
        Body::None => return described,
        Body::Optional(shape) => (false, shape),
        Body::Required(shape) => (true, shape),
    };
    described["requestBody"] = value!({
        "required": body.0,
        "content": {"application/json": {"schema": schema(body.1)}},
    });
    described
}

fn parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        Kind::Text => value!({"type": "string"}),
        Kind::Texts => value!({"type": "array", "items": {"type": "string"}}),
        Kind::Count => value!({"type": "integer", "minimum": 0}),
        Kind::OneOf(words) => value!({"type": "string", "enum": words}),
    };
    value!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "schema": schema,
    })
}

fn schema(shape: Shape) -> Value {
    match shape {
        Shape::Any => value!({}),
        Shape::Text => value!({"type": "string"}),
        Shape::Filled => value!({"type": "string", "minLength": 1}),
        Shape::Short(limit) => value!({"type": "string", "minLength": 1, "maxLength": limit}),
        Shape::TextOrFlag => value!({"oneOf": [{"type": "string"}, {"type": "boolean"}]}),
        Shape::OneOf(words) => value!({"type": "string", "enum": words}),
        Shape::Number => value!({"type": "number"}),
        Shape::List(item) => value!({"type": "array", "items": schema(*item)}),
        Shape::FilledList(item) => {
            value!({"type": "array", "minItems": 1, "items": schema(*item)})
        }
        Shape::MapOf(item) => value!({"type": "object", "additionalProperties": schema(*item)}),
        Shape::Map(fields) => object(fields, &value!(true)),
        Shape::Closed(fields) => object(fields, &value!(false)),
        Shape::MapWith(fields, others) => object(fields, &schema(*others)),
        Shape::MapOrMaps(fields) => {
            let one = object(fields, &value!(true));
            value!({"oneOf": [one, {"type": "array", "items": one}]})
        }
    }
}

fn object(fields: &Fields, others: &Value) -> Value {
    let properties: Map<String, Value> = fields
        .known
        .iter()
        .map(|(name, shape)| ((*name).to_owned(), schema(*shape)))
        .collect();
    let mut object = value!({
        "type": "object",
        "properties": properties,
        "additionalProperties": others,
    });
    // OpenAPI 3.0 has no empty lists of these.
    if !fields.required.is_empty() {
        object["required"] = value!(fields.required);
    }
    object
}
