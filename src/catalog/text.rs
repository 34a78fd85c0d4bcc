//! Every text of the read model once: values, refs, uids. An entity refers to them by number.

use std::{hash::BuildHasher, num::NonZeroU32};

use hashbrown::{DefaultHashBuilder, HashTable};

/// The number of a text. There is no 0, so that an absent one takes no more room.
pub(super) type TextId = NonZeroU32;

/// What grows gets room for one part in so many more.
const SPARE: usize = 1;
/// So much may be left over.
const LEFT_OVER_BYTES: usize = 1 << 16;

/// Where a number stands among all.
pub(super) fn place(id: TextId) -> usize {
    id.get() as usize - 1
}

/// Where a text is among the letters of all.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    length: u32,
}

#[derive(Debug)]
struct Text {
    span: Span,
    /// How many hold it; at 0 its number is free.
    holders: u32,
    /// The same in lower case; itself if it is.
    lower: TextId,
}

/// The texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The letters of all, one behind the other: a box for each takes a third more room.
    letters: String,
    /// How many of the letters belong to no text any more.
    left_over: usize,
    texts: Vec<Text>,
    free: Vec<TextId>,
    index: HashTable<TextId>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    /// The number of a text, held once more.
    pub(super) fn hold(&mut self, text: &str) -> TextId {
        if let Some(id) = self.find(text) {
            self.texts[place(id)].holders += 1;
            return id;
        }
        let id = self.add(text, 1);
        if text.chars().any(char::is_uppercase) {
            let lower = self.hold(&text.to_lowercase());
            self.texts[place(id)].lower = lower;
        }
        id
    }

    /// Holds what others hold, as often; answers with the numbers here, in the order of theirs.
    pub(super) fn hold_all(&mut self, others: &Self) -> Vec<TextId> {
        let mut ids = Vec::with_capacity(others.texts.len());
        let mut known = Vec::new();
        for (number, other) in others.texts.iter().enumerate() {
            let text = slice(&others.letters, other.span);
            let id = self.find(text).inspect(|_| known.push(number));
            let id = id.unwrap_or_else(|| self.add(text, 0));
            self.texts[place(id)].holders += other.holders;
            ids.push(id);
        }
        for (other, id) in others.texts.iter().zip(&ids) {
            self.texts[place(*id)].lower = ids[place(other.lower)];
        }
        // A text that was here already holds its lower case already.
        for number in known {
            let (id, lower) = (ids[number], ids[place(others.texts[number].lower)]);
            if lower != id {
                self.release(lower);
            }
        }
        ids
    }

    /// All of them, in the order of their numbers; only where none was ever let go.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let texts = self.texts.iter();
        texts.map(|text| slice(&self.letters, text.span))
    }

    /// Holds a text that is held already.
    pub(super) fn hold_again(&mut self, id: TextId) {
        self.texts[place(id)].holders += 1;
    }

    fn add(&mut self, text: &str, holders: u32) -> TextId {
        let id = self.free.pop().unwrap_or_else(|| {
            let number = u32::try_from(self.texts.len() + 1).ok();
            number
                .and_then(NonZeroU32::new)
                .expect("fewer than 4 billion texts")
        });
        let entry = Text {
            span: self.write(text),
            holders,
            lower: id,
        };
        match self.texts.get_mut(place(id)) {
            Some(place) => *place = entry,
            None => push(&mut self.texts, entry),
        }
        let hash = self.hasher.hash_one(text);
        let (texts, letters, hasher) = (&self.texts, &self.letters, &self.hasher);
        self.index.insert_unique(hash, id, |id| {
            hasher.hash_one(slice(letters, texts[place(*id)].span))
        });
        id
    }

    fn write(&mut self, text: &str) -> Span {
        let number = |length: usize| u32::try_from(length).expect("texts of less than 4 GiB");
        let start = self.letters.len();
        if self.letters.capacity() - start < text.len() {
            self.letters.reserve_exact(text.len() + start / SPARE);
        }
        self.letters.push_str(text);
        Span {
            start: number(start),
            length: number(text.len()),
        }
    }

    /// Lets go of a text.
    pub(super) fn release(&mut self, id: TextId) {
        let entry = &mut self.texts[place(id)];
        entry.holders -= 1;
        if entry.holders > 0 {
            return;
        }
        let (span, lower) = (std::mem::take(&mut entry.span), entry.lower);
        let hash = self.hasher.hash_one(slice(&self.letters, span));
        if let Ok(found) = self.index.find_entry(hash, |other| *other == id) {
            found.remove();
        }
        self.free.push(id);
        self.left_over += span.length as usize;
        if self.left_over > LEFT_OVER_BYTES && self.left_over > self.letters.len() / 2 {
            self.tidy();
        }
        if lower != id {
            self.release(lower);
        }
    }

    /// Writes the letters anew, without what is left over.
    fn tidy(&mut self) {
        let letters = std::mem::take(&mut self.letters);
        self.letters.reserve_exact(letters.len() - self.left_over);
        self.left_over = 0;
        for number in 0..self.texts.len() {
            let kept = slice(&letters, self.texts[number].span);
            self.texts[number].span = self.write(kept);
        }
    }

    pub(super) fn find(&self, text: &str) -> Option<TextId> {
        self.index
            .find(self.hasher.hash_one(text), |id| self.get(*id) == text)
            .copied()
    }

    pub(super) fn get(&self, id: TextId) -> &str {
        slice(&self.letters, self.texts[place(id)].span)
    }

    /// The text in lower case.
    pub(super) fn lower(&self, id: TextId) -> TextId {
        self.texts[place(id)].lower
    }
}

fn slice(letters: &str, span: Span) -> &str {
    let start = span.start as usize;
    &letters[start..start + span.length as usize]
}

/// Appends to a list that lives long and may be large: doubling its room would leave up to half of it empty.
pub(super) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / SPARE + 64);
    }
    list.push(item);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_once_and_let_go() {
        let mut texts = Texts::default();
        let (a, b) = (texts.hold("Service"), texts.hold("Service"));
        assert_eq!(a, b);
        assert_eq!(texts.get(texts.lower(a)), "service");
        texts.release(a);
        assert_eq!(texts.find("Service"), Some(a));
        texts.release(b);
        assert_eq!((texts.find("Service"), texts.find("service")), (None, None));
        let again = texts.hold("other");
        assert!(again.get() <= 2, "numbers are used again");
    }

    #[test]
    fn what_others_hold_is_held_as_often() {
        let mut texts = Texts::default();
        let mut others = Texts::default();
        let known = texts.hold("Known");
        for text in ["a", "Known", "New", "a", "known", "new", "New"] {
            others.hold(text);
        }
        let ids = texts.hold_all(&others);
        assert_eq!(ids[1], known);
        let counted = |text: &str| {
            let id = texts.find(text).expect("held");
            (texts.texts[place(id)].holders, texts.get(texts.lower(id)))
        };
        assert_eq!(counted("a"), (2, "a"));
        assert_eq!(counted("Known"), (2, "known"));
        assert_eq!(counted("known"), (2, "known"));
        assert_eq!(counted("New"), (2, "new"));
        assert_eq!(counted("new"), (2, "new"));
        assert!(others.iter().eq(ids.iter().map(|id| texts.get(*id))));
    }

    #[test]
    fn what_is_left_over_is_tidied_up() {
        let mut texts = Texts::default();
        let kept = texts.hold("Kept");
        for round in 0..3 {
            let ids: Vec<TextId> = (0..4_000)
                .map(|number| texts.hold(&format!("passing text {number} of round {round}")))
                .collect();
            let last = texts.hold("last");
            for id in ids {
                texts.release(id);
            }
            assert_eq!(texts.get(last), "last");
        }
        assert_eq!(texts.get(kept), "Kept");
        assert_eq!(texts.get(texts.lower(kept)), "kept");
        assert!(texts.letters.len() < 2 * LEFT_OVER_BYTES + 200_000);
        assert_eq!(texts.find("passing text 1 of round 0"), None);
    }
}
