//! Many short texts one behind the other, searched in one sweep.

use memchr::memmem;

use super::text::{TextId, Texts};

/// The texts. They are added, never taken out: who asks must know which are gone.
#[derive(Debug, Default)]
pub(super) struct Haystack {
    bytes: Vec<u8>,
    /// Where each ends, and its number.
    ends: Vec<(usize, TextId)>,
}

impl Haystack {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push(&mut self, id: TextId, texts: &Texts) {
        self.bytes.extend_from_slice(texts.get(id).as_bytes());
        self.ends.push((self.bytes.len(), id));
    }

    /// Calls `found` with each text that may contain `part`, which is not empty. A hit may span two texts: then the
    /// first of them is named, and need not contain it.
    pub(super) fn find(&self, part: &str, mut found: impl FnMut(TextId)) {
        let finder = memmem::Finder::new(part);
        let mut ends = self.ends.iter();
        let mut start = 0;
        while let Some(hit) = finder.find(&self.bytes[start..]) {
            let place = start + hit;
            let Some((end, id)) = ends.find(|(end, _)| *end > place) else {
                return;
            };
            found(*id);
            start = *end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_that_contains_it_is_named_once() {
        let mut texts = Texts::default();
        let mut haystack = Haystack::default();
        for text in ["banana", "ana", "", "nab", "än"] {
            haystack.push(texts.hold(text), &texts);
        }
        for (part, expected) in [
            ("an", vec!["banana", "ana"]),
            ("nab", vec!["nab"]),
            ("ä", vec!["än"]),
            ("bananas", vec![]),
        ] {
            let mut named = Vec::new();
            haystack.find(part, |id| named.push(texts.get(id)));
            named.retain(|text| text.contains(part));
            assert_eq!(named, expected, "{part}");
        }
    }
}
