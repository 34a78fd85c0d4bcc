//! Which entities have a key, by value.

use std::sync::OnceLock;

use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::{
    haystack::Haystack,
    table::SlotId,
    text::{TextId, Texts},
};

/// Entities with one value.
#[derive(Debug, Clone)]
pub(super) enum Posting {
    One(SlotId),
    Many(RoaringBitmap),
}

/// What is known of one key.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// By value as authored.
    pub(super) by_value: HashMap<TextId, Posting>,
    /// Value in lower case → as authored, in every way it is written.
    spellings: HashMap<TextId, Vec<TextId>>,
    /// The spellings' keys, for finding parts of them; made when first asked for.
    haystack: OnceLock<Haystack>,
    /// Entities with the key, whatever its value.
    pub(super) existing: RoaringBitmap,
}

impl Posting {
    pub(super) fn len_within(&self, selection: &RoaringBitmap) -> u64 {
        match self {
            Self::One(slot) => u64::from(selection.contains(*slot)),
            Self::Many(slots) => slots.intersection_len(selection),
        }
    }

    fn add_to(&self, selection: &mut RoaringBitmap) {
        match self {
            Self::One(slot) => drop(selection.insert(*slot)),
            Self::Many(slots) => *selection |= slots,
        }
    }
}

impl Postings {
    pub(super) fn insert(&mut self, value: Option<TextId>, slot: SlotId, texts: &Texts) {
        self.existing.insert(slot);
        let Some(value) = value else { return };
        match self.by_value.get_mut(&value) {
            Some(Posting::Many(slots)) => drop(slots.insert(slot)),
            Some(posting @ Posting::One(_)) => {
                if let Posting::One(other) = *posting
                    && other != slot
                {
                    *posting = Posting::Many(RoaringBitmap::from_iter([other, slot]));
                }
            }
            None => {
                self.by_value.insert(value, Posting::One(slot));
                let lower = texts.lower(value);
                let spellings = self.spellings.entry(lower).or_default();
                if let (true, Some(haystack)) = (spellings.is_empty(), self.haystack.get_mut()) {
                    haystack.push(lower, texts);
                }
                spellings.push(value);
            }
        }
    }

    /// Removes what an entity has of this key: all of its values.
    pub(super) fn remove(
        &mut self,
        values: impl Iterator<Item = Option<TextId>>,
        slot: SlotId,
        texts: &Texts,
    ) {
        self.existing.remove(slot);
        for value in values.flatten() {
            let is_empty = match self.by_value.get_mut(&value) {
                Some(Posting::Many(slots)) => {
                    slots.remove(slot);
                    slots.is_empty()
                }
                Some(Posting::One(other)) => *other == slot,
                None => false,
            };
            if is_empty {
                self.by_value.remove(&value);
                let lower = texts.lower(value);
                if let Some(spellings) = self.spellings.get_mut(&lower) {
                    spellings.retain(|spelling| *spelling != value);
                    if spellings.is_empty() {
                        self.spellings.remove(&lower);
                        self.tidy();
                    }
                }
            }
        }
    }

    /// Adds the entities with a value, given in lower case.
    pub(super) fn add_equal(&self, lower: TextId, selection: &mut RoaringBitmap) {
        for spelling in self.spellings.get(&lower).into_iter().flatten() {
            if let Some(posting) = self.by_value.get(spelling) {
                posting.add_to(selection);
            }
        }
    }

    /// The entities with a value, borrowed if it is written in one way only.
    pub(super) fn equal(&self, lower: TextId) -> Option<&RoaringBitmap> {
        match self.spellings.get(&lower)?.as_slice() {
            [only] => match self.by_value.get(only)? {
                Posting::Many(slots) => Some(slots),
                Posting::One(_) => None,
            },
            _ => None,
        }
    }

    /// A haystack keeps what is gone, until that is most of it.
    fn tidy(&mut self) {
        let is_stale = |haystack: &Haystack| haystack.len() > 2 * self.spellings.len() + 64;
        if self.haystack.get().is_some_and(is_stale) {
            self.haystack.take();
        }
    }

    /// Adds the entities with a value that has `part`, in lower case, within it.
    pub(super) fn add_containing(&self, texts: &Texts, part: &str, selection: &mut RoaringBitmap) {
        let haystack = self.haystack.get_or_init(|| {
            let mut haystack = Haystack::default();
            for lower in self.spellings.keys() {
                haystack.push(*lower, texts);
            }
            haystack
        });
        haystack.find(part, |lower| {
            // The number of a value that is gone may be that of another now.
            if self.spellings.contains_key(&lower) && texts.get(lower).contains(part) {
                self.add_equal(lower, selection);
            }
        });
    }

    /// Adds the entities with a value of which `is_wanted` says yes, given in lower case.
    pub(super) fn add_where(
        &self,
        texts: &Texts,
        is_wanted: impl Fn(&str) -> bool,
        selection: &mut RoaringBitmap,
    ) {
        for lower in self.spellings.keys() {
            if is_wanted(texts.get(*lower)) {
                self.add_equal(*lower, selection);
            }
        }
    }
}
