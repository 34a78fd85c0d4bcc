//! Light highlighting, line by line. It colours what the eye looks for and never changes a letter.

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct Token {
    /// Class for the stylesheet; empty for plain text.
    pub(in crate::pages) class: &'static str,
    /// Its text.
    pub(in crate::pages) text: String,
}

/// How a text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Language {
    /// YAML, and JSON, which is YAML.
    Yaml,
    /// GraphQL and other languages with `#` comments and quoted text.
    Code,
    /// Not at all.
    Plain,
}

impl Language {
    /// The language of an API's definition: JSON and YAML by its look, others by the API's type.
    pub(in crate::pages) fn of_definition(text: &str, api_type: &str) -> Self {
        let first = text.trim_start();
        let looks_like_yaml = first.starts_with('{')
            || ["openapi", "swagger", "asyncapi", "#", "---"]
                .iter()
                .any(|start| first.starts_with(start));
        match api_type.to_lowercase().as_str() {
            "openapi" | "asyncapi" => Self::Yaml,
            "graphql" | "grpc" | "trpc" => Self::Code,
            _ if looks_like_yaml => Self::Yaml,
            _ => Self::Plain,
        }
    }
}

/// The tokens of each line.
pub(super) fn lines<'a>(
    lines: &'a [&'a str],
    language: Language,
) -> impl Iterator<Item = Vec<Token>> + 'a {
    let mut block = None;
    lines.iter().map(move |line| match language {
        Language::Yaml => yaml(line, &mut block),
        Language::Code => values(line),
        Language::Plain => tokens([("", *line)]),
    })
}

fn tokens<'a>(pieces: impl IntoIterator<Item = (&'static str, &'a str)>) -> Vec<Token> {
    pieces
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(class, text)| Token {
            class,
            text: text.to_owned(),
        })
        .collect()
}

/// One line of YAML. `block` is the indentation of the key whose block text we are in.
fn yaml(line: &str, block: &mut Option<usize>) -> Vec<Token> {
    let body = line.trim_start_matches([' ', '\t']);
    let indent = line.len() - body.len();
    if let Some(key) = *block {
        if body.is_empty() || indent > key {
            return tokens([("tok-str", line)]);
        }
        *block = None;
    }
    if body.starts_with("---") || body.starts_with("...") || body.starts_with('%') {
        return tokens([("tok-doc", line)]);
    }
    let (dashes, rest) = split_dashes(body);
    let (lead, _) = line.split_at(indent + dashes);
    let mut found = tokens([("", lead)]);
    let value = match key_length(rest) {
        Some(length) => {
            let (key, after) = rest.split_at(length);
            found.extend(tokens([("tok-key", key), ("", ":")]));
            &after[1..]
        }
        None => rest,
    };
    if starts_block(value) {
        *block = Some(
            indent
                + if key_length(rest).is_some() {
                    dashes
                } else {
                    0
                },
        );
    }
    found.extend(values(value));
    found
}

/// How many bytes `- - ` before a value take.
fn split_dashes(body: &str) -> (usize, &str) {
    let mut rest = body;
    while let Some(after) = rest.strip_prefix("- ") {
        rest = after.trim_start_matches(' ');
    }
    if rest == "-" {
        rest = "";
    }
    (body.len() - rest.len(), rest)
}

/// Length of the key a line starts with: up to a colon that ends it.
fn key_length(text: &str) -> Option<usize> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)? + 2;
        return text[end..].starts_with(':').then_some(end);
    }
    if text.starts_with(['#', '{', '[', '|', '>', '&', '*', '!']) {
        return None;
    }
    let end = text
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| matches!(text[at + 1..].chars().next(), None | Some(' ' | '\t')))?;
    // `# a: b` after a value is no key.
    (end > 0 && !text[..end].contains(" #")).then_some(end)
}

fn starts_block(value: &str) -> bool {
    let value = value.trim_start();
    let head = value.split(" #").next().unwrap_or(value).trim_end();
    head.starts_with(['|', '>'])
        && head[1..]
            .chars()
            .all(|c| matches!(c, '+' | '-' | '0'..='9'))
}

/// Values: quoted text, comments, numbers and words that mean something.
fn values(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (class, length) = next_value(rest, rest.len() == text.len() || ends_blank(text, rest));
        let (piece, after) = rest.split_at(length);
        match found.last_mut() {
            Some(last) if last.class == class => last.text.push_str(piece),
            _ => found.extend(tokens([(class, piece)])),
        }
        rest = after;
    }
    found
}

fn ends_blank(text: &str, rest: &str) -> bool {
    text[..text.len() - rest.len()].ends_with([' ', '\t', '[', '{', ',', '('])
}

/// The class and length of the next piece; `is_start` when a word can start here.
fn next_value(rest: &str, is_start: bool) -> (&'static str, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        '#' if is_start => ("tok-com", rest.len()),
        '"' | '\'' if is_start => ("tok-str", quoted_length(rest, first)),
        '&' | '*' | '!' | '$' if is_start => ("tok-ref", word_length(rest)),
        _ if is_start && (first.is_alphanumeric() || first == '-') => {
            let length = word_length(rest);
            let word = &rest[..length];
            let is_scalar = rest[length..].trim_start().is_empty()
                || rest[length..].starts_with([',', ']', '}'])
                || rest[length..].trim_start().starts_with('#');
            let is_known = matches!(word, "true" | "false" | "null");
            let class = if is_scalar && (is_known || word.parse::<f64>().is_ok()) {
                "tok-num"
            } else {
                ""
            };
            (class, length)
        }
        _ => ("", first.len_utf8()),
    }
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' && quote == '"' {
            is_escaped = true;
        } else if letter == quote {
            return at + 1;
        }
    }
    text.len()
}

fn word_length(text: &str) -> usize {
    let first = text.chars().next().map_or(1, char::len_utf8);
    let end = text[first..].find([' ', '\t', ',', ']', '}', '"', '\'', ')']);
    end.map_or(text.len(), |at| at + first)
}

#[cfg(test)]
mod tests {
    use super::{Language, lines};

    fn classes(text: &str) -> Vec<String> {
        let all: Vec<&str> = text.lines().collect();
        lines(&all, Language::Yaml)
            .map(|tokens| {
                let shown = tokens.iter().map(|token| match token.class {
                    "" => token.text.clone(),
                    class => format!("<{}>{}</>", &class[4..], token.text),
                });
                shown.collect()
            })
            .collect()
    }

    #[test]
    fn yaml_is_coloured() {
        let cases = [
            ("kind: API", "<key>kind</>: API"),
            (
                "  - name: \"a: b\" # c",
                "  - <key>name</>: <str>\"a: b\"</> <com># c</>",
            ),
            ("port: 8080", "<key>port</>: <num>8080</>"),
            ("on: true", "<key>on</>: <num>true</>"),
            ("x: 3 apples", "<key>x</>: 3 apples"),
            ("# k: v", "<com># k: v</>"),
            (
                "tags: [a, 'b', 1]",
                "<key>tags</>: [a, <str>'b'</>, <num>1</>]",
            ),
            ("url: https://x.y/#z", "<key>url</>: https://x.y/#z"),
            ("'q': 1", "<key>'q'</>: <num>1</>"),
            ("---", "<doc>---</>"),
            ("- component:a", "- component:a"),
            ("a: *anchor", "<key>a</>: <ref>*anchor</>"),
            ("\"open: 1", "<str>\"open: 1</>"),
            ("", ""),
        ];
        for (line, expected) in cases {
            assert_eq!(classes(line).concat(), expected, "{line:?}");
        }
    }

    #[test]
    fn block_text_is_text_until_it_ends() {
        assert_eq!(
            classes("a:\n  b: |\n    k: v\n\n  c: 1"),
            [
                "<key>a</>:",
                "  <key>b</>: |",
                "<str>    k: v</>",
                "",
                "  <key>c</>: <num>1</>"
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_letter_is_changed(text in "[ -~äß\t\n'\"#:|&*\\[{-]{0,80}") {
            let all: Vec<&str> = text.lines().collect();
            for language in [Language::Yaml, Language::Code, Language::Plain] {
                for (line, tokens) in all.iter().zip(lines(&all, language)) {
                    let shown: String = tokens.into_iter().map(|token| token.text).collect();
                    proptest::prop_assert_eq!(*line, shown);
                }
            }
        }
    }
}
