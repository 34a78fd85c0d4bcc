//! From a place in a prepared entity to the place in the file.

use super::{Position, RawDocument, parse_document, prepare::sort_lists, yaml};

/// Where the value at a JSON pointer into the prepared entity stands in the file; its nearest ancestor if it
/// is not there (such as an annotation the portal added).
///
/// A collection stands where the key or dash that leads to it stands, an alias where `*` stands.
/// `None`: there is no content, or it cannot be read as far as the first value.
#[must_use]
pub fn locate(raw: &RawDocument<'_>, pointer: &str) -> Option<Position> {
    match unsorted(raw, pointer) {
        Some(authored) => yaml::locate(raw, &authored),
        None => yaml::locate(raw, pointer),
    }
}

/// The pointer before lists of refs were sorted, if it leads into such a list.
fn unsorted(raw: &RawDocument<'_>, pointer: &str) -> Option<String> {
    let within_spec = pointer.strip_prefix("/spec")?;
    let (list, index) = within_spec.rsplit_once('/')?;
    index.parse::<usize>().ok()?;
    let authored = parse_document(raw, false).ok()??;
    let authored = authored.get("spec")?;
    let mut prepared = authored.clone();
    sort_lists(&mut prepared);
    let (before, after) = (authored.pointer(list)?, prepared.pointer(list)?);
    if before == after {
        return None;
    }
    let wanted = prepared.pointer(within_spec)?;
    let at = before.as_array()?.iter().position(|item| item == wanted)?;
    Some(format!("/spec{list}/{at}"))
}

#[cfg(test)]
mod tests {
    use super::{RawDocument, locate};

    #[test]
    fn items_of_sorted_lists_are_found_where_they_were_written() {
        let text = "spec:\n  dependsOn: [c, a, b]\n  steps: [c, a]\n  members: [a, b]\n  x: {dependsOn: [b, a]}\n";
        let raw = RawDocument {
            text,
            first_line: 1,
        };
        let written = |pointer| {
            let at = locate(&raw, pointer).unwrap();
            let line = text.lines().nth(at.line as usize - 1).unwrap();
            &line[at.column as usize - 1..][..at.length as usize]
        };
        let cases = [
            ("/spec/dependsOn/0", "a"),
            ("/spec/dependsOn/1", "b"),
            ("/spec/dependsOn/2", "c"),
            ("/spec/dependsOn/3", "dependsOn"),
            ("/spec/steps/0", "c"),
            ("/spec/members/1", "b"),
            ("/spec/x/dependsOn/0", "b"),
            ("/spec/y/0", "spec"),
            ("/spec", "spec"),
        ];
        for (pointer, expected) in cases {
            assert_eq!(written(pointer), expected, "{pointer}");
        }
    }
}
