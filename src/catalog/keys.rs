//! The keys of the search index, and what is made of each when it is first asked for.

use std::{hash::BuildHasher, sync::OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{column::Column, postings::Postings, text};

/// The number of a key.
pub(super) type KeyId = u32;

/// A key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) text: Box<str>,
    /// Whether its rows are those of relations.
    pub(super) is_relation: bool,
    pub(super) postings: OnceLock<Box<Postings>>,
    pub(super) column: OnceLock<Box<Column>>,
}

/// The keys. They are never let go: there are as many as authors think of, not as many as changes.
#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: Vec<Key>,
    index: HashTable<KeyId>,
    hasher: DefaultHashBuilder,
}

impl Keys {
    /// The number of a key; it is added if it is new.
    pub(super) fn put(&mut self, text: &str) -> KeyId {
        if let Some(id) = self.find(text) {
            return id;
        }
        let id = u32::try_from(self.keys.len()).expect("fewer than 4 billion keys");
        let key = Key {
            text: text.into(),
            is_relation: text.starts_with("relations."),
            postings: OnceLock::new(),
            column: OnceLock::new(),
        };
        text::push(&mut self.keys, key);
        let (keys, hasher) = (&self.keys, &self.hasher);
        self.index.insert_unique(hasher.hash_one(text), id, |id| {
            hasher.hash_one(&*keys[*id as usize].text)
        });
        id
    }

    pub(super) fn find(&self, text: &str) -> Option<KeyId> {
        self.index
            .find(self.hasher.hash_one(text), |id| {
                *self.keys[*id as usize].text == *text
            })
            .copied()
    }

    pub(super) fn get(&self, id: KeyId) -> &Key {
        &self.keys[id as usize]
    }

    pub(super) fn get_mut(&mut self, id: KeyId) -> &mut Key {
        &mut self.keys[id as usize]
    }

    /// Forgets what was made of the keys: cheaper than following very many changes.
    pub(super) fn forget_made(&mut self) {
        for key in &mut self.keys {
            key.postings.take();
            key.column.take();
        }
    }
}
