//! Every text of the read model once: values, refs, uids. An entity refers to them by number.

use std::{hash::BuildHasher, num::NonZeroU32};

use hashbrown::{DefaultHashBuilder, HashTable};

/// The number of a text. There is no 0, so that an absent one takes no more room.
pub(super) type TextId = NonZeroU32;

fn place(id: TextId) -> usize {
    id.get() as usize - 1
}

#[derive(Debug)]
struct Text {
    text: Box<str>,
    /// How many hold it; at 0 its number is free.
    holders: u32,
    /// The same in lower case; itself if it is.
    lower: TextId,
}

/// The texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
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
        let id = self.add(text);
        if text.chars().any(char::is_uppercase) {
            let lower = self.hold(&text.to_lowercase());
            self.texts[place(id)].lower = lower;
        }
        id
    }

    /// Holds a text that is held already.
    pub(super) fn hold_again(&mut self, id: TextId) {
        self.texts[place(id)].holders += 1;
    }

    fn add(&mut self, text: &str) -> TextId {
        let id = self.free.pop().unwrap_or_else(|| {
            let number = u32::try_from(self.texts.len() + 1).ok();
            number
                .and_then(NonZeroU32::new)
                .expect("fewer than 4 billion texts")
        });
        let entry = Text {
            text: text.into(),
            holders: 1,
            lower: id,
        };
        match self.texts.get_mut(place(id)) {
            Some(place) => *place = entry,
            None => self.texts.push(entry),
        }
        let hash = self.hasher.hash_one(text);
        let (texts, hasher) = (&self.texts, &self.hasher);
        self.index
            .insert_unique(hash, id, |id| hasher.hash_one(&*texts[place(*id)].text));
        id
    }

    /// Lets go of a text.
    pub(super) fn release(&mut self, id: TextId) {
        let entry = &mut self.texts[place(id)];
        entry.holders -= 1;
        if entry.holders > 0 {
            return;
        }
        let (text, lower) = (std::mem::take(&mut entry.text), entry.lower);
        if let Ok(found) = self
            .index
            .find_entry(self.hasher.hash_one(&*text), |other| *other == id)
        {
            found.remove();
        }
        self.free.push(id);
        if lower != id {
            self.release(lower);
        }
    }

    pub(super) fn find(&self, text: &str) -> Option<TextId> {
        self.index
            .find(self.hasher.hash_one(text), |id| {
                *self.texts[place(*id)].text == *text
            })
            .copied()
    }

    pub(super) fn get(&self, id: TextId) -> &str {
        &self.texts[place(id)].text
    }

    /// The text in lower case.
    pub(super) fn lower(&self, id: TextId) -> TextId {
        self.texts[place(id)].lower
    }
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
}
