//! Filters in the terms of the search index, and the `filter` parameter (`catalog-api.md` §3.1).

use crate::error::{Error, Result};

/// A filter. Keys and values in lower case.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Everything.
    All,
    /// Nothing.
    Never,
    /// The key exists.
    Exists(String),
    /// The key has one of the values.
    In(String, Vec<String>),
    /// The key has a value with the prefix.
    Prefix(String, String),
    /// It does not hold.
    Not(Box<Filter>),
    /// All of them hold.
    AllOf(Vec<Filter>),
    /// One of them holds.
    AnyOf(Vec<Filter>),
}

impl Filter {
    /// From repeated `filter` parameters: each is a set of conditions that must all hold, one set will do.
    /// [`Error::Input`] with Backstage's message.
    pub fn from_params(params: &[String]) -> Result<Self> {
        let mut sets = Vec::new();
        for param in params {
            let mut set: Vec<(String, Vec<String>)> = Vec::new();
            for statement in param
                .split(',')
                .map(str::trim)
                .filter(|statement| !statement.is_empty())
            {
                let (key, value) = match statement.split_once('=') {
                    Some((key, value)) => (key.trim(), Some(value.trim().to_lowercase())),
                    None => (statement, None),
                };
                if key.is_empty() {
                    return Err(Error::Input(format!(
                        "Invalid filter, '{statement}' is not a valid statement (expected a string on the form a=b or a= or a)"
                    )));
                }
                let key = key.to_lowercase();
                match set.iter_mut().find(|(other, _)| *other == key) {
                    Some((_, values)) => values.extend(value),
                    None => set.push((key, value.into_iter().collect())),
                }
            }
            if !set.is_empty() {
                sets.push(Self::all_of(set.into_iter().map(|(key, values)| {
                    if values.is_empty() {
                        Self::Exists(key)
                    } else {
                        Self::In(key, values)
                    }
                })));
            }
        }
        Ok(match sets.len() {
            0 => Self::All,
            1 => sets.swap_remove(0),
            _ => Self::AnyOf(sets),
        })
    }

    /// The key has the value; both are put in lower case.
    #[must_use]
    pub fn equals(key: &str, value: &str) -> Self {
        Self::In(key.to_lowercase(), vec![value.to_lowercase()])
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, filter) | (filter, Self::All) => filter,
            (Self::AllOf(mut filters), other) => {
                filters.push(other);
                Self::AllOf(filters)
            }
            (one, other) => Self::AllOf(vec![one, other]),
        }
    }

    fn all_of(filters: impl Iterator<Item = Self>) -> Self {
        let mut filters: Vec<Self> = filters.collect();
        if filters.len() == 1 {
            filters.swap_remove(0)
        } else {
            Self::AllOf(filters)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(params: &[&str]) -> Result<Filter> {
        Filter::from_params(
            &params
                .iter()
                .map(|param| (*param).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn parameters_are_read_as_backstage_does() {
        let kind = |values: &[&str]| {
            Filter::In(
                "kind".into(),
                values.iter().map(|value| (*value).to_owned()).collect(),
            )
        };
        for (params, expected) in [
            (&[][..], Filter::All),
            (&[" , "], Filter::All),
            (&["Kind=API"], kind(&["api"])),
            (&["kind=a,kind=b"], kind(&["a", "b"])),
            (&["kind,kind=b"], kind(&["b"])),
            (&["kind="], kind(&[""])),
            (&["spec"], Filter::Exists("spec".into())),
            (&["kind=a=b"], kind(&["a=b"])),
            (
                &["kind=a", "spec"],
                Filter::AnyOf(vec![kind(&["a"]), Filter::Exists("spec".into())]),
            ),
            (
                &["kind=a,spec"],
                Filter::AllOf(vec![kind(&["a"]), Filter::Exists("spec".into())]),
            ),
        ] {
            assert_eq!(parse(params).expect("a filter"), expected, "{params:?}");
        }
        let fault = parse(&["=x"]).expect_err("no key").to_string();
        assert_eq!(
            fault,
            "Invalid filter, '=x' is not a valid statement (expected a string on the form a=b or a= or a)"
        );
    }
}
