//! The query of a request, checked as Backstage checks it (`catalog-api.md` §1.2).

use std::borrow::Cow;

use crate::error::{Error, Result};

/// The parameters of a query, in their order.
#[derive(Debug)]
pub struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Query<'a> {
    /// Reads a query that has only `known` parameters, none of them empty.
    pub fn parse(text: &'a str, known: &[&str]) -> Result<Self> {
        let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
        let query = Self { pairs };
        for (name, value) in &query.pairs {
            if !known.contains(&&**name) {
                return Err(Error::Input(format!("Unknown query parameter '{name}'")));
            }
            if value.is_empty()
                && query
                    .pairs
                    .iter()
                    .filter(|(other, _)| other == name)
                    .count()
                    == 1
            {
                return Err(Error::Input(format!(
                    "Empty value found for query parameter '{name}'"
                )));
            }
        }
        Ok(query)
    }

    /// All values of a parameter.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.to_string())
            .collect()
    }

    /// The first value of a parameter.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| &**value)
    }

    /// All parameters, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (&**name, &**value))
    }

    /// A whole number of at least 0.
    pub fn integer(&self, name: &str) -> Result<Option<usize>> {
        let Some(text) = self.one(name) else {
            return Ok(None);
        };
        let number: i64 = text
            .trim()
            .parse()
            .map_err(|_| Error::Input(format!("request/query/{name} must be integer")))?;
        usize::try_from(number)
            .map(Some)
            .map_err(|_| Error::Input(format!("request/query/{name} must be >= 0")))
    }

    /// One of some words.
    pub fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<&str>> {
        let found = self.one(name);
        if found.is_some_and(|found| !choices.contains(&found)) {
            return Err(Error::Input(format!(
                "request/query/{name} must be equal to one of the allowed values: {}",
                choices.join(", ")
            )));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_worded_as_backstage_words_them() {
        for (text, expected) in [
            ("bogus=1", "Unknown query parameter 'bogus'"),
            ("limit=", "Empty value found for query parameter 'limit'"),
            ("limit=abc", "request/query/limit must be integer"),
            ("limit=-1", "request/query/limit must be >= 0"),
        ] {
            let read = Query::parse(text, &["limit"]).and_then(|query| query.integer("limit"));
            assert_eq!(read.expect_err(text).to_string(), expected);
        }
        let query = Query::parse("filter=a%2Cb&filter=&limit=5", &["limit", "filter"])
            .expect("one of several may be empty");
        assert_eq!(
            (
                query.all("filter"),
                query.integer("limit").expect("a number")
            ),
            (vec!["a,b".to_owned(), String::new()], Some(5))
        );
    }
}
