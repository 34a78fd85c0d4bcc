//! Finds where in a file a value stands, by reading the document again.

use serde_saphyr::granit_parser::{Event, Span};

use super::{MAX_DEPTH, RawDocument, parser, scalar, site::Site};
use crate::entity::Position;

/// Where the value at a JSON pointer stands in the file; its nearest ancestor if it is not there.
///
/// A collection stands where the key or dash that leads to it stands, an alias where `*` stands.
/// `None`: there is no content, or it cannot be read as far as the first value.
#[must_use]
pub(in crate::entity) fn locate(raw: &RawDocument<'_>, pointer: &str) -> Option<Position> {
    let mut search = Search {
        wanted: segments(pointer),
        open: Vec::new(),
        found: None,
    };
    let mut parser = parser(raw.text);
    while let Some(Ok((event, span))) = parser.next_event() {
        if search.open.len() > MAX_DEPTH || search.take(&event, span) == Progress::Done {
            break;
        }
    }
    search
        .found
        .map(|span| Site::of_span(raw, span).position(span))
}

/// The parts of a JSON pointer (RFC 6901).
fn segments(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

#[derive(PartialEq, Eq)]
enum Progress {
    Searching,
    Done,
}

impl Progress {
    fn done_if(is_done: bool) -> Self {
        if is_done { Self::Done } else { Self::Searching }
    }
}

struct Search {
    wanted: Vec<String>,
    open: Vec<Open>,
    /// The place of the innermost value on the way to the wanted one.
    found: Option<Span>,
}

/// A collection that has begun and not ended.
struct Open {
    /// How many parts of the pointer lead to it, if it is on the way.
    matched: Option<usize>,
    place: Place,
}

enum Place {
    /// Index of the next item.
    Item(usize),
    /// A key comes next.
    Key,
    /// The value of this key comes next; no name: the key is a collection.
    Value(Option<String>, Span),
}

impl Search {
    fn take(&mut self, event: &Event<'_>, span: Span) -> Progress {
        match event {
            Event::Scalar(text, style, _, tag) if self.is_key_next() => {
                let key = scalar::resolve(text.clone(), *style, tag.as_deref());
                self.key(scalar::key_text(key), span)
            }
            Event::Scalar(..) | Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.value(span, None)
            }
            Event::SequenceStart(..) => self.value(span, Some(Place::Item(0))),
            Event::MappingStart(..) => self.value(span, Some(Place::Key)),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Progress::Searching,
        }
    }

    fn is_key_next(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                place: Place::Key,
                ..
            })
        )
    }

    fn key(&mut self, name: String, span: Span) -> Progress {
        let Some(parent) = self.open.last_mut() else {
            return Progress::Searching;
        };
        parent.place = Place::Value(Some(name), span);
        // A mapping without a key of its own, such as the document, is shown by its first.
        if self.found.is_some_and(|found| found.start == span.start) {
            self.found = Some(span);
        }
        Progress::done_if(parent.matched == Some(self.wanted.len()))
    }

    /// A value, or the start of a collection, whose first place is `inside`.
    fn value(&mut self, span: Span, inside: Option<Place>) -> Progress {
        let (matched, key) = self.step();
        let awaits_first_key = key.is_none() && matches!(inside, Some(Place::Key));
        if let Some(matched) = matched {
            let is_plain_sight = inside.is_none() && span.start != span.end;
            let lead = if is_plain_sight { None } else { key };
            self.found = Some(lead.unwrap_or(span));
            if matched == self.wanted.len() && !awaits_first_key {
                return Progress::Done;
            }
        }
        if let Some(place) = inside {
            self.open.push(Open { matched, place });
        }
        Progress::Searching
    }

    /// Steps over the next place of the innermost collection: how much of the pointer leads there, and its key.
    fn step(&mut self) -> (Option<usize>, Option<Span>) {
        let Some(parent) = self.open.last_mut() else {
            return (Some(0), None);
        };
        let next = match parent.place {
            Place::Item(index) => Place::Item(index + 1),
            Place::Key => Place::Value(None, Span::default()),
            Place::Value(..) => Place::Key,
        };
        let (name, key) = match std::mem::replace(&mut parent.place, next) {
            Place::Item(index) => (Some(index.to_string()), None),
            Place::Value(name, key) => (name, Some(key)),
            // Nothing is looked for in a key.
            Place::Key => return (None, None),
        };
        let matched = parent
            .matched
            .filter(|&matched| name.is_some() && self.wanted.get(matched) == name.as_ref());
        (matched.map(|matched| matched + 1), key)
    }

    /// Nothing more can be found once the innermost value on the way has ended.
    fn end(&mut self) -> Progress {
        let ended = self.open.pop();
        Progress::done_if(ended.is_some_and(|ended| ended.matched.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::{RawDocument, locate};

    const FILE: &str = "\
---
# a service
kind: Component
metadata:
  name: \"é-1\"   # quoted
  annotations:
    a.b/c~d: x
  tags: [rust, web]
  links:
    - url: https://a.example
      title: A
    - url: https://b.example
spec:
  owner:
  text: |
    one
    two
  same: &s {a: 1}
  again: *s
? {k: 1}
: {k: 2}
";

    fn place(text: &str, pointer: &str) -> Option<(u32, u32, u32)> {
        let raw = RawDocument {
            text,
            first_line: 11,
        };
        locate(&raw, pointer).map(|at| (at.line, at.column, at.length))
    }

    #[test]
    fn values_are_found_where_they_stand_and_collections_where_their_key_does() {
        let cases = [
            ("", (13, 1, 4)),
            ("/kind", (13, 7, 9)),
            ("/metadata", (14, 1, 8)),
            ("/metadata/name", (15, 9, 5)),
            ("/metadata/annotations/a.b~1c~0d", (17, 14, 1)),
            ("/metadata/tags", (18, 3, 4)),
            ("/metadata/tags/1", (18, 16, 3)),
            ("/metadata/links/1", (22, 7, 3)),
            ("/metadata/links/1/url", (22, 12, 17)),
            ("/spec/owner", (24, 3, 5)),
            ("/spec/text", (26, 5, 3)),
            ("/spec/again", (29, 10, 2)),
        ];
        for (pointer, expected) in cases {
            assert_eq!(place(FILE, pointer), Some(expected), "{pointer}");
        }
    }

    #[test]
    fn what_is_not_there_is_placed_at_its_nearest_ancestor() {
        let cases = [
            ("/nothing", ""),
            ("/metadata/title", "/metadata"),
            ("/metadata/tags/2", "/metadata/tags"),
            ("/metadata/tags/x", "/metadata/tags"),
            ("/kind/deeper", "/kind"),
            ("/spec/again/a", "/spec/again"),
            ("/k", ""),
            ("/", ""),
        ];
        for (pointer, ancestor) in cases {
            assert_eq!(place(FILE, pointer), place(FILE, ancestor), "{pointer}");
            assert!(place(FILE, pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn a_broken_document_is_searched_up_to_its_fault() {
        assert_eq!(place("a: 1\nb: [", "/a"), Some((11, 4, 1)));
        assert_eq!(place("# nothing\n", "/a"), None);
        assert_eq!(place("", ""), None);
        assert_eq!(place(&"[".repeat(5000), "/0/0"), None);
    }
}
