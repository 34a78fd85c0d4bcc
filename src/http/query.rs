//! The query of a request, checked as Backstage checks it (`catalog-api.md` §1.2).

use std::borrow::Cow;

use crate::error::{Error, Result};

/// The parameters of a query, in their order.
#[derive(Debug)]
pub struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Query<'a> {
    /// Reads a query that has only `known` parameters, none of them empty. `name[]` and `name[0]` are `name`.
    pub fn parse(text: &'a str, known: &[&str]) -> Result<Self> {
        let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes())
            .map(|(name, value)| (plain(name), value))
            .collect();
        let query = Self { pairs };
        for (name, value) in &query.pairs {
            if !known.contains(&&**name) {
                return Err(Error::Input(format!("Unknown query parameter '{name}'")));
            }
            if value.is_empty() && query.count(name) == 1 {
                return Err(Error::Input(format!(
                    "Empty value found for query parameter '{name}'"
                )));
            }
        }
        Ok(query)
    }

    fn count(&self, name: &str) -> usize {
        let same = |(other, _): &&(Cow<'_, str>, Cow<'_, str>)| *other == name;
        self.pairs.iter().filter(same).count()
    }

    /// Refuses a parameter that is there more than once, though it is one `kind`.
    pub(super) fn check_single(&self, name: &str, kind: &str) -> Result<()> {
        if self.count(name) > 1 {
            return Err(Error::Input(format!("request/query/{name} must be {kind}")));
        }
        Ok(())
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
        self.check_single(name, "integer")?;
        let number = as_integer(text)
            .ok_or_else(|| Error::Input(format!("request/query/{name} must be integer")))?;
        usize::try_from(number)
            .map(Some)
            .map_err(|_| Error::Input(format!("request/query/{name} must be >= 0")))
    }

    /// One of some words.
    pub fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<&str>> {
        let found = self.one(name);
        self.check_single(name, "string")?;
        if found.is_some_and(|found| !choices.contains(&found)) {
            return Err(Error::Input(format!(
                "request/query/{name} must be equal to one of the allowed values: {}",
                choices.join(", ")
            )));
        }
        Ok(found)
    }
}

/// The name of a list's item is that of the list.
fn plain(name: Cow<'_, str>) -> Cow<'_, str> {
    let list = name.strip_suffix(']').and_then(|open| {
        let (list, index) = open.split_once('[')?;
        index
            .bytes()
            .all(|digit| digit.is_ascii_digit())
            .then_some(list)
    });
    match list {
        Some(list) => Cow::Owned(list.to_owned()),
        None => name,
    }
}

/// A text as JavaScript's `Number` reads it, if that is a whole number we can count with.
fn as_integer(text: &str) -> Option<i64> {
    const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
    let text = text.trim();
    if let Ok(number) = text.parse::<u32>() {
        return Some(i64::from(number));
    }
    let radix = |prefix: [&str; 2], radix: u32| {
        let digits = text
            .strip_prefix(prefix[0])
            .or(text.strip_prefix(prefix[1]))?;
        i64::from_str_radix(digits, radix)
            .ok()
            .filter(|number| *number >= 0)
    };
    if text.is_empty() {
        return Some(0);
    }
    if let Some(number) = radix(["0x", "0X"], 16).or(radix(["0o", "0O"], 8)) {
        return Some(number);
    }
    let is_numeric = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
    let number: f64 = text.parse().ok().filter(|_| text.chars().all(is_numeric))?;
    let is_whole = number.fract() == 0.0 && number.abs() <= MAX_SAFE;
    is_whole
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
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
            ("limit=1.5", "request/query/limit must be integer"),
            ("limit=1e99", "request/query/limit must be integer"),
            ("limit=1&limit=2", "request/query/limit must be integer"),
            ("limit=-1", "request/query/limit must be >= 0"),
        ] {
            let read = Query::parse(text, &["limit"]).and_then(|query| query.integer("limit"));
            assert_eq!(read.expect_err(text).to_string(), expected);
        }
        for (text, expected) in [
            ("limit=1e3", 1000),
            ("limit=0x10", 16),
            ("limit=+5", 5),
            ("limit=%20", 0),
        ] {
            let query = Query::parse(text, &["limit"]).expect("a query");
            assert_eq!(query.integer("limit").expect(text), Some(expected));
        }
        let list = Query::parse("filter[]=a&filter[1]=b", &["filter"]).expect("a query");
        assert_eq!(list.all("filter"), ["a", "b"]);
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
