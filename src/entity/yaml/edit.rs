//! Changes one field of a document and leaves everything else as its author wrote it, comments included.

use serde_json::Value;

use super::{RawDocument, locate, parse_document};

/// The document with the text at a JSON pointer set, or with `None` removed.
///
/// `None` where that cannot be done by changing one line: a text over several lines, a field in a mapping in
/// braces, a list. The result is read again, and differs from the original in that field alone.
#[must_use]
pub fn set_field(text: &str, pointer: &str, wanted: Option<&str>) -> Option<String> {
    let raw = RawDocument {
        text,
        first_line: 1,
    };
    let old = parse_document(&raw, false).ok()??;
    let new = with_field(&old, pointer, wanted)?;
    if new == old {
        return Some(text.to_owned());
    }
    let candidates = match (old.pointer(pointer), wanted) {
        (Some(Value::String(_)), Some(wanted)) => replaced(&raw, pointer, wanted),
        (Some(Value::String(_)), None) => vec![without_line(&raw, pointer)?],
        (None, Some(wanted)) => inserted(&raw, pointer, wanted)?,
        _ => return None,
    };
    let is_wanted = |candidate: &String| {
        let raw = RawDocument {
            text: candidate,
            first_line: 1,
        };
        parse_document(&raw, false).is_ok_and(|value| value.as_ref() == Some(&new))
    };
    candidates.into_iter().find(is_wanted)
}

/// The value as it is to be; its parent must be there.
fn with_field(old: &Value, pointer: &str, wanted: Option<&str>) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    let mut new = old.clone();
    let fields = new.pointer_mut(parent)?.as_object_mut()?;
    match wanted {
        Some(wanted) => {
            fields.insert(key.to_owned(), Value::from(wanted));
        }
        None => {
            fields.shift_remove(key);
        }
    }
    Some(new)
}

/// As people write it, and in quotes for what means something else without.
fn spellings(wanted: &str) -> [String; 2] {
    [wanted.to_owned(), Value::from(wanted).to_string()]
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn replaced(raw: &RawDocument<'_>, pointer: &str, wanted: &str) -> Vec<String> {
    let Some(position) = locate(raw, pointer) else {
        return Vec::new();
    };
    let lines = lines(raw.text);
    let at = position.line as usize - 1;
    let line = lines[at];
    let byte = |column: u32| {
        let mut starts = line.char_indices().map(|(start, _)| start);
        starts.nth(column as usize).unwrap_or(line.len())
    };
    let start = byte(position.column - 1);
    let end = byte(position.column - 1 + position.length);
    let written = spellings(wanted).into_iter();
    written
        .map(|written| {
            let changed = format!("{}{written}{}", &line[..start], &line[end..]);
            [&lines[..at], &[changed.as_str()], &lines[at + 1..]]
                .concat()
                .concat()
        })
        .collect()
}

fn without_line(raw: &RawDocument<'_>, pointer: &str) -> Option<String> {
    let at = locate(raw, pointer)?.line as usize - 1;
    let lines = lines(raw.text);
    Some([&lines[..at], &lines[at + 1..]].concat().concat())
}

/// Before the first field of its parent, indented as that is.
fn inserted(raw: &RawDocument<'_>, pointer: &str, wanted: &str) -> Option<Vec<String>> {
    let (parent, key) = pointer.rsplit_once('/')?;
    let lines = lines(raw.text);
    let at = locate(raw, parent)?.line as usize;
    let is_field = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let next = lines[at..].iter().find(is_field)?;
    let indent = &next[..next.len() - next.trim_start().len()];
    let written = spellings(wanted).into_iter();
    let lines = written.map(|written| {
        let line = format!("{indent}{key}: {written}\n");
        [&lines[..at], &[line.as_str()], &lines[at..]]
            .concat()
            .concat()
    });
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::set_field;

    const FILE: &str = "\
# The shop.
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  # named after the street
  name: shop # short
  description: |
    one
    two
spec: # as agreed
  type: \"service\"
  owner: 'team: a'
  tags: [x]
";

    #[test]
    fn one_line_changes_and_comments_stay() {
        let cases = [
            (
                "/spec/owner",
                Some("team-b"),
                "owner: 'team: a'",
                "owner: team-b",
            ),
            (
                "/spec/owner",
                Some("a: b"),
                "owner: 'team: a'",
                "owner: \"a: b\"",
            ),
            ("/spec/type", Some("yes"), "type: \"service\"", "type: yes"),
            (
                "/spec/type",
                Some("1.0"),
                "type: \"service\"",
                "type: \"1.0\"",
            ),
            (
                "/metadata/name",
                Some("ü"),
                "name: shop # short",
                "name: ü # short",
            ),
            ("/spec/owner", None, "  owner: 'team: a'\n", ""),
            (
                "/metadata/title",
                Some("Shop"),
                "metadata:\n",
                "metadata:\n  title: Shop\n",
            ),
            (
                "/spec/system",
                Some("x"),
                "# as agreed\n",
                "# as agreed\n  system: x\n",
            ),
        ];
        for (pointer, wanted, before, after) in cases {
            let expected = FILE.replacen(before, after, 1);
            assert_eq!(
                set_field(FILE, pointer, wanted),
                Some(expected),
                "{pointer} {wanted:?}"
            );
        }
    }

    #[test]
    fn what_one_line_cannot_change_is_left_to_its_author() {
        for (pointer, wanted) in [
            ("/metadata/description", Some("one")),
            ("/metadata/description", None),
            ("/spec/tags", Some("x")),
            ("/status/x", Some("x")),
        ] {
            assert_eq!(
                set_field(FILE, pointer, wanted),
                None,
                "{pointer} {wanted:?}"
            );
        }
        assert_eq!(set_field("a: {b: c}\n", "/a/d", Some("x")), None);
        assert_eq!(set_field("a: [", "/a", Some("x")), None);
    }

    #[test]
    fn the_same_value_changes_nothing() {
        assert_eq!(
            set_field(FILE, "/spec/owner", Some("team: a")).as_deref(),
            Some(FILE)
        );
        assert_eq!(set_field(FILE, "/spec/system", None).as_deref(), Some(FILE));
    }
}
