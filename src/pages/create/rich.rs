//! What templates say about their questions: Markdown, of which code, links and emphasis are shown; the rest is text.

use askama::{Template, filters::HtmlSafe};

/// A text of a template: `{{ text }}` in a page's template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(
    source = r#"{% for piece in pieces %}{% match piece %}{% when Piece::Text with (text) %}{{ text }}{% when Piece::Code with (text) %}<code>{{ text }}</code>{% when Piece::Strong with (text) %}<strong>{{ text }}</strong>{% when Piece::Link { text, href } %}<a href="{{ href }}" rel="noreferrer">{{ text }}</a>{% endmatch %}{% endfor %}"#,
    ext = "html"
)]
pub(super) struct Rich {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Code(String),
    Strong(String),
    Link { text: String, href: String },
}

impl HtmlSafe for Rich {}

impl Rich {
    /// Reads a text.
    pub(super) fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next() {
            match special(rest) {
                Some((piece, length)) => {
                    push_text(&mut pieces, &mut plain);
                    pieces.push(piece);
                    rest = &rest[length..];
                }
                None => {
                    plain.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        push_text(&mut pieces, &mut plain);
        Self { pieces }
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

fn push_text(pieces: &mut Vec<Piece>, plain: &mut String) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(std::mem::take(plain)));
    }
}

/// The piece a text begins with, and how many bytes it takes.
fn special(text: &str) -> Option<(Piece, usize)> {
    let between = |mark: &str| {
        let inner = text.strip_prefix(mark)?;
        let (inner, _) = inner.split_once(mark)?;
        (!inner.is_empty()).then(|| (inner.to_owned(), inner.len() + 2 * mark.len()))
    };
    if let Some((inner, length)) = between("`") {
        return Some((Piece::Code(inner), length));
    }
    if let Some((inner, length)) = between("**") {
        return Some((Piece::Strong(inner), length));
    }
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (href, _) = rest.split_once(')')?;
    let is_address = ["https://", "http://", "/"]
        .iter()
        .any(|begin| href.starts_with(begin));
    let is_plain = !label.contains(['[', '\n']) && !href.contains(char::is_whitespace);
    (is_address && is_plain && !label.is_empty()).then(|| {
        let length = label.len() + href.len() + 4;
        let (text, href) = (label.to_owned(), href.to_owned());
        (Piece::Link { text, href }, length)
    })
}

#[cfg(test)]
mod tests {
    use super::Rich;

    #[test]
    fn code_links_and_emphasis_are_shown_and_nothing_else_means_anything() {
        for (text, html) in [
            ("Use `a<b`.", "Use <code>a&#60;b</code>."),
            ("**Must** be", "<strong>Must</strong> be"),
            (
                "See [docs](https://x.example/a?b=1&c).",
                "See <a href=\"https://x.example/a?b=1&#38;c\" rel=\"noreferrer\">docs</a>.",
            ),
            ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
            ("<b>ü</b> [a] ` **", "&#60;b&#62;ü&#60;/b&#62; [a] ` **"),
            ("  ", ""),
        ] {
            assert_eq!(Rich::new(text).to_string(), html, "{text}");
        }
    }
}
