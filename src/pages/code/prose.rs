//! A sentence that names fields and values between backticks, as diagnostics do.

use askama::{Template, filters::HtmlSafe};

/// A sentence: `{{ prose }}` in a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(
    source = "{% for (is_code, text) in pieces %}{% if *is_code %}<code>{{ text }}</code>{% else %}{{ text }}{% endif %}{% endfor %}",
    ext = "html"
)]
pub(in crate::pages) struct Prose {
    /// Whether it stood between backticks, and the text.
    pieces: Vec<(bool, String)>,
}

impl HtmlSafe for Prose {}

impl Prose {
    /// Cuts a sentence at its backticks. One without its other end stays as it is.
    pub(in crate::pages) fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, code, after)) = next_code(rest) {
            pieces.push((false, before.to_owned()));
            pieces.push((true, code.to_owned()));
            rest = after;
        }
        pieces.push((false, rest.to_owned()));
        pieces.retain(|(_, text)| !text.is_empty());
        Self { pieces }
    }

    /// Whether it says nothing.
    pub(in crate::pages) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

#[cfg(test)]
mod tests {
    use super::Prose;

    #[test]
    fn what_stands_between_backticks_is_code_and_is_escaped() {
        for (text, html) in [
            (
                "Write `a` or `<b>`.",
                "Write <code>a</code> or <code>&#60;b&#62;</code>.",
            ),
            ("An odd ` stays", "An odd ` stays"),
            ("", ""),
        ] {
            assert_eq!(Prose::new(text).to_string(), html);
        }
    }
}
