//! The cursors of `by-query` (`catalog-api.md` §4.3): base64 of JSON, read and written as Backstage's.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::Value;

use super::{Filter, FullTextFilter, OrderField, cursor_shape::cursor_issues};
use crate::{
    error::{Error, Result},
    input::{decode_base64, list_issues, parse_json},
};

/// A place in the results of a query, with the query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cursor {
    pub(super) filter: Filter,
    pub(super) full_text: Option<FullTextFilter>,
    /// None or one.
    pub(super) order: Vec<OrderField>,
    /// Value and uid of the row to go on from, exclusive.
    pub(super) position: (String, String),
    /// Of the first row of all.
    pub(super) first: (String, String),
    pub(super) is_previous: bool,
    pub(super) total_items: usize,
}

/// A cursor as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenCursor<'a> {
    order_fields: Vec<WrittenOrder<'a>>,
    is_previous: bool,
    full_text_filter: WrittenText<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<Value>,
    order_field_values: Vec<&'a str>,
    first_sort_field_values: Vec<&'a str>,
    total_items: usize,
}

#[derive(Serialize)]
struct WrittenOrder<'a> {
    field: &'a str,
    order: &'static str,
}

impl<'a> From<&'a OrderField> for WrittenOrder<'a> {
    fn from(order: &'a OrderField) -> Self {
        Self {
            field: &order.field,
            order: if order.descending { "desc" } else { "asc" },
        }
    }
}

#[derive(Serialize)]
struct WrittenText<'a> {
    term: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fields: &'a [String],
}

impl<'a> From<Option<&'a FullTextFilter>> for WrittenText<'a> {
    fn from(text: Option<&'a FullTextFilter>) -> Self {
        Self {
            term: text.map_or("", |text| &text.term),
            fields: text.map_or(&[], |text| &text.fields),
        }
    }
}

fn malformed(why: impl std::fmt::Display) -> Error {
    Error::Input(format!("Malformed cursor: {why}"))
}

impl Cursor {
    /// Reads a cursor. [`Error::Input`] if it is none.
    pub(super) fn decode(text: &str) -> Result<Self> {
        let value = parse_json(&decode_base64(text))
            .map_err(|fault| malformed(format!("SyntaxError: {fault}")))?;
        let issues = cursor_issues(&value);
        if !issues.is_empty() {
            let list = list_issues(&issues);
            return Err(malformed(format!("InputError: Malformed cursor: {list}")));
        }
        let order = order_fields(&value);
        let position = position(&value, "orderFieldValues", &order);
        let first = match value.get("firstSortFieldValues") {
            Some(_) => self::position(&value, "firstSortFieldValues", &order),
            None => position.clone(),
        };
        let mut filter = match value.get("query") {
            Some(query) => Filter::from_checked(query)?,
            None => Filter::All,
        };
        if let Some(legacy) = value.get("filter") {
            filter = filter.and(legacy_filter(legacy, 0)?);
        }
        Ok(Self {
            filter,
            full_text: full_text(&value),
            order,
            position,
            first,
            is_previous: value["isPrevious"] == true,
            total_items: value["totalItems"]
                .as_u64()
                .and_then(|total| usize::try_from(total).ok())
                .unwrap_or(0),
        })
    }

    pub(super) fn encode(&self) -> String {
        let written = WrittenCursor {
            order_fields: self.order.iter().map(WrittenOrder::from).collect(),
            is_previous: self.is_previous,
            full_text_filter: WrittenText::from(self.full_text.as_ref()),
            query: (self.filter != Filter::All).then(|| self.filter.to_predicate()),
            order_field_values: self.values(&self.position),
            first_sort_field_values: self.values(&self.first),
            total_items: self.total_items,
        };
        STANDARD.encode(serde_json::to_vec(&written).expect("texts and numbers are JSON"))
    }

    fn values<'a>(&self, (value, uid): &'a (String, String)) -> Vec<&'a str> {
        if self.order.is_empty() {
            vec![uid]
        } else {
            vec![value, uid]
        }
    }
}

fn order_fields(cursor: &Value) -> Vec<OrderField> {
    let list = cursor["orderFields"].as_array().into_iter().flatten();
    list.take(1)
        .map(|entry| OrderField {
            field: entry["field"].as_str().unwrap_or_default().to_owned(),
            descending: entry["order"] == "desc",
        })
        .collect()
}

/// The value and the uid of a row; what is not there comes before everything.
fn position(cursor: &Value, key: &str, order: &[OrderField]) -> (String, String) {
    let text = |index: usize| cursor[key][index].as_str().unwrap_or_default().to_owned();
    if order.is_empty() {
        return (text(0).to_lowercase(), text(0));
    }
    (text(0), text(1))
}

fn full_text(cursor: &Value) -> Option<FullTextFilter> {
    let found = cursor.get("fullTextFilter")?;
    let term = found["term"].as_str().filter(|term| !term.is_empty())?;
    let fields = found["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    Some(FullTextFilter {
        term: term.to_owned(),
        fields: fields.map(str::to_owned).collect(),
    })
}

/// `{key, values?} | {not} | {anyOf} | {allOf}`
fn legacy_filter(filter: &Value, depth: usize) -> Result<Filter> {
    if depth > 50 {
        return Err(malformed("its filter is nested too deep"));
    }
    let list = |value: &Value| -> Result<Vec<Filter>> {
        let items = value
            .as_array()
            .ok_or_else(|| malformed("its filter is faulty"))?;
        items
            .iter()
            .map(|item| legacy_filter(item, depth + 1))
            .collect()
    };
    if let Some(inner) = filter.get("not") {
        return Ok(Filter::Not(Box::new(legacy_filter(inner, depth + 1)?)));
    }
    if let Some(items) = filter.get("anyOf") {
        return Ok(Filter::AnyOf(list(items)?));
    }
    if let Some(items) = filter.get("allOf") {
        return Ok(Filter::AllOf(list(items)?));
    }
    let key = filter["key"]
        .as_str()
        .ok_or_else(|| malformed("its filter has no key"))?
        .to_lowercase();
    Ok(match filter.get("values").and_then(Value::as_array) {
        Some(values) => Filter::In(
            key,
            values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_lowercase)
                .collect(),
        ),
        None => Filter::Exists(key),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_being_written_and_read() {
        let cursor = Cursor {
            filter: Filter::equals("kind", "api"),
            full_text: Some(FullTextFilter {
                term: "x".to_owned(),
                fields: vec!["metadata.name".to_owned()],
            }),
            order: vec![OrderField {
                field: "metadata.name".to_owned(),
                descending: true,
            }],
            position: ("b".to_owned(), "u2".to_owned()),
            first: ("a".to_owned(), "u1".to_owned()),
            is_previous: true,
            total_items: 7,
        };
        assert_eq!(Cursor::decode(&cursor.encode()).expect("a cursor"), cursor);
    }

    #[test]
    fn cursors_of_backstage_are_understood() {
        let text = STANDARD.encode(
            r#"{"orderFields":[{"field":"metadata.name","order":"asc"}],"isPrevious":false,"fullTextFilter":{"term":""},"orderFieldValues":["my-comp","u"],"firstSortFieldValues":["comp2","v"],"totalItems":6,"filter":{"anyOf":[{"key":"kind","values":["A"]}]}}"#,
        );
        let cursor = Cursor::decode(&text).expect("a cursor");
        assert_eq!(
            cursor.filter,
            Filter::AnyOf(vec![Filter::equals("kind", "a")])
        );
        assert_eq!(
            (
                cursor.position.0.as_str(),
                cursor.total_items,
                cursor.full_text
            ),
            ("my-comp", 6, None)
        );
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in [
            "xxx",
            "",
            &STANDARD.encode("{}"),
            &STANDARD.encode("[1]"),
            &STANDARD.encode("nope"),
        ] {
            let fault = Cursor::decode(text).expect_err(text).to_string();
            assert!(fault.starts_with("Malformed cursor: "), "{fault}");
        }
    }
}
