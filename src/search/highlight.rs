//! Marks what was found.

use serde_json::{Map, Value};

use super::words::{fold, words};

/// Fields people read.
const SHOWN: [&str; 2] = ["title", "text"];

/// The fields in which words of the term begin a word, whole, with tags around those words.
pub(super) fn highlight(
    document: &Map<String, Value>,
    term: &str,
    pre: &str,
    post: &str,
) -> Map<String, Value> {
    let sought = words(term);
    let mut found = Map::new();
    for field in SHOWN {
        let Some(text) = document.get(field).and_then(Value::as_str) else {
            continue;
        };
        if let Some(marked) = mark(text, &sought, pre, post) {
            found.insert(field.to_owned(), marked.into());
        }
    }
    found
}

fn mark(text: &str, sought: &[String], pre: &str, post: &str) -> Option<String> {
    let mut marked = String::with_capacity(text.len() + 64);
    let mut has_marks = false;
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        let end = rest[start..]
            .find(|letter: char| !letter.is_alphanumeric())
            .map_or(rest.len(), |end| start + end);
        let (before, word) = (&rest[..start], &rest[start..end]);
        marked.push_str(before);
        let folded = fold(word);
        if sought
            .iter()
            .any(|sought| folded.starts_with(sought.as_str()))
        {
            has_marks = true;
            marked.push_str(pre);
            marked.push_str(word);
            marked.push_str(post);
        } else {
            marked.push_str(word);
        }
        rest = &rest[end..];
    }
    marked.push_str(rest);
    has_marks.then_some(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_begin_as_sought_are_marked() {
        let sought = ["tick".to_owned(), "zu".to_owned()];
        assert_eq!(
            mark("Signs tickets, for Zürich.", &sought, "<", ">").as_deref(),
            Some("Signs <tickets>, for <Zürich>.")
        );
        assert_eq!(mark("Nothing", &sought, "<", ">"), None);
    }
}
