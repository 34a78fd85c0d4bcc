//! The query string of an address. What a page does not know it ignores: old links stay good.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

/// Names and values, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    fn parse(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The first value of a name; empty if there is none.
    #[must_use]
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// Every value of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.0.iter().filter(move |(key, _)| key == name);
        values.map(|(_, value)| value.as_str())
    }

    /// A number, or another if there is none that makes sense.
    #[must_use]
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str, otherwise: N) -> N {
        self.text(name).parse().unwrap_or(otherwise)
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn values_are_read_and_nonsense_is_ignored() {
        let params = Params::parse("q=a+b%20c&type=x&type=y&page=zwei&page=3");
        assert_eq!(params.text("q"), "a b c");
        assert_eq!(params.all("type").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(params.number("page", 1_usize), 1);
        assert_eq!(params.text("nothing"), "");
    }
}
