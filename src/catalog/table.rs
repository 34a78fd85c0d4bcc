//! The entities and their indexes: what the lock guards.

use std::{collections::BTreeSet, hash::BuildHasher};

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use roaring::RoaringBitmap;

use super::{
    column::Column,
    document::FinalDocument,
    facets::Counted,
    flatten::Names,
    keys::{KeyId, Keys},
    pack::Packing,
    parse::{ParsedChange, ParsedEntity},
    postings::Postings,
    select::Found,
    text::{self, TextId, Texts},
};

/// The number of an entity.
pub(super) type SlotId = u32;

/// A key and a value as authored; `None`: the value cannot be compared.
pub(super) type Row = (KeyId, Option<TextId>);

/// An entity.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) entity_ref: TextId,
    pub(super) uid: TextId,
    pub(super) document: FinalDocument,
    /// Ordered by key.
    rows: Box<[Row]>,
    /// Those of its relations; change when others change.
    pub(super) relation_rows: Box<[Row]>,
    /// The file it was read from.
    pub(super) location: Option<TextId>,
    /// The files a Location leads to.
    pub(super) targets: Box<[TextId]>,
}

/// A relation of an entity, from whoever declared it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) kind: TextId,
    pub(super) target: TextId,
    pub(super) declarer: SlotId,
}

/// The numbers here of what changes are made of.
#[derive(Debug)]
pub(super) struct Held {
    keys: Vec<KeyId>,
    texts: Vec<TextId>,
}

impl Held {
    fn key(&self, key: TextId) -> KeyId {
        self.keys[text::place(key)]
    }

    fn text(&self, text: TextId) -> TextId {
        self.texts[text::place(text)]
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) texts: Texts,
    pub(super) keys: Keys,
    slots: Vec<Option<Slot>>,
    free: Vec<SlotId>,
    pub(super) live: RoaringBitmap,
    by_ref: HashTable<SlotId>,
    hasher: DefaultHashBuilder,
    /// Relations by the ref of their source, which need not exist.
    pub(super) edges: HashMap<TextId, Vec<Edge>>,
    /// Locations by the files they lead to.
    pub(super) parents: HashMap<TextId, Vec<SlotId>>,
    /// Refs whose relations are out of date; held.
    pub(super) touched: BTreeSet<TextId>,
    pub(super) packing: Packing,
    pub(super) found: Found,
    pub(super) counted: Counted,
}

impl Table {
    pub(super) fn slot(&self, id: SlotId) -> &Slot {
        self.slots[id as usize]
            .as_ref()
            .expect("live numbers have a slot")
    }

    pub(super) fn slot_mut(&mut self, id: SlotId) -> &mut Slot {
        self.slots[id as usize]
            .as_mut()
            .expect("live numbers have a slot")
    }

    pub(super) fn uid(&self, id: SlotId) -> &str {
        // The order of a column is looked at while its entity is already on its way out.
        self.slots[id as usize]
            .as_ref()
            .map_or("", |slot| self.texts.get(slot.uid))
    }

    pub(super) fn find(&self, entity_ref: &str) -> Option<SlotId> {
        let same = |id: &SlotId| self.texts.get(self.slot(*id).entity_ref) == entity_ref;
        self.by_ref
            .find(self.hasher.hash_one(entity_ref), same)
            .copied()
    }

    /// The relations of which a ref is the source.
    pub(super) fn edges_of(&self, entity_ref: &str) -> &[Edge] {
        let edges = self
            .texts
            .find(entity_ref)
            .and_then(|id| self.edges.get(&id));
        edges.map_or(&[], Vec::as_slice)
    }

    /// Gives back the room that the relations of an entity were given to grow.
    pub(super) fn cut_edges(&mut self, id: SlotId) {
        let entity_ref = self.slot(id).entity_ref;
        if let Some(edges) = self.edges.get_mut(&entity_ref) {
            edges.shrink_to_fit();
        }
    }

    /// The rows of an entity with a key.
    pub(super) fn rows_of(&self, id: SlotId, key: KeyId) -> &[Row] {
        let slot = self.slot(id);
        let rows = if self.keys.get(key).is_relation {
            &slot.relation_rows
        } else {
            &slot.rows
        };
        let start = rows.partition_point(|(other, _)| *other < key);
        let length = rows[start..].partition_point(|(other, _)| *other == key);
        &rows[start..start + length]
    }

    /// The first value of an entity's key, as authored.
    pub(super) fn text(&self, id: SlotId, key: &str) -> Option<&str> {
        let (_, value) = self.rows_of(id, self.keys.find(key)?).first()?;
        Some(self.texts.get((*value)?))
    }

    /// What an entity is called: title, display name of a user or group, or name.
    pub(super) fn title(&self, id: SlotId) -> Option<&str> {
        [
            "metadata.title",
            "spec.profile.displayname",
            "metadata.name",
        ]
        .iter()
        .find_map(|key| self.text(id, key))
    }

    /// What is known of a key; made when first asked for.
    pub(super) fn postings(&self, key: KeyId) -> &Postings {
        self.keys.get(key).postings.get_or_init(|| {
            let mut postings = Postings::default();
            for slot in &self.live {
                for (_, value) in self.rows_of(slot, key) {
                    postings.insert(*value, slot, &self.texts);
                }
            }
            Box::new(postings)
        })
    }

    /// The order of a key's values; made when first asked for.
    pub(super) fn column(&self, key: KeyId) -> &Column {
        self.keys.get(key).column.get_or_init(|| {
            let pairs_of = |slot| {
                self.rows_of(slot, key)
                    .iter()
                    .filter_map(move |(_, value)| Some(((*value)?, slot)))
            };
            let pairs = self
                .live
                .iter()
                .flat_map(pairs_of)
                .map(|(value, slot)| (self.texts.lower(value), slot));
            Box::new(Column::new(pairs.collect(), self))
        })
    }

    /// Takes changes in. The relations that others have because of them are out of date until they are stitched; new
    /// entities of many have none until then, and no etag.
    pub(super) fn take_in(
        &mut self,
        changes: impl Iterator<Item = ParsedChange>,
        held: &Held,
        are_many: bool,
    ) {
        let mut put = Vec::new();
        for change in changes {
            match change {
                ParsedChange::Put(parsed) => {
                    let existing = self.find(self.texts.get(held.text(parsed.entity_ref)));
                    if let Some(id) = existing {
                        self.take_out(id);
                    }
                    let source = self.put_in(existing, *parsed, held);
                    if existing.is_some() || !are_many {
                        put.push(source);
                    }
                }
                ParsedChange::Gone(entity_ref) => {
                    if let Some(id) = self.find(entity_ref.as_str()) {
                        self.take_out(id);
                        self.forget(id);
                    }
                }
            }
        }
        for source in put {
            if self.touched.remove(&source) {
                self.stitch_in(self.stitched(source));
            }
        }
    }

    /// Takes an entity out of every index but that of refs; its slot stays for [`Self::put_in`] or [`Self::forget`].
    fn take_out(&mut self, id: SlotId) {
        self.live.remove(id);
        let slot = self.slot_mut(id);
        let rows = std::mem::take(&mut slot.rows);
        let relation_rows = std::mem::take(&mut slot.relation_rows);
        self.unindex(id, &rows);
        self.unindex(id, &relation_rows);
        let slot = self.slot_mut(id);
        let (location, targets) = (slot.location.take(), std::mem::take(&mut slot.targets));
        self.withdraw(id);
        if let Some(location) = location {
            self.texts.release(location);
        }
        for target in targets {
            if let Some(parents) = self.parents.get_mut(&target) {
                parents.retain(|parent| *parent != id);
            }
            self.texts.release(target);
        }
    }

    /// Takes out the relations that an entity declared: they are between its ref and others, in both directions.
    fn withdraw(&mut self, id: SlotId) {
        let own = self.slot(id).entity_ref;
        let edges = self.edges.get(&own).into_iter().flatten();
        let mut sources: Vec<TextId> = edges
            .filter(|edge| edge.declarer == id)
            .map(|edge| edge.target)
            .chain([own])
            .collect();
        sources.sort_unstable();
        sources.dedup();
        for source in sources {
            let Some(edges) = self.edges.get_mut(&source) else {
                continue;
            };
            let withdrawn: Vec<Edge> = edges.extract_if(.., |edge| edge.declarer == id).collect();
            if edges.is_empty() {
                self.edges.remove(&source);
            }
            for edge in withdrawn {
                self.texts.release(edge.kind);
                self.texts.release(edge.target);
                self.touch(source);
                self.texts.release(source);
            }
        }
    }

    /// Takes an entity out of the index of refs, and frees its slot.
    fn forget(&mut self, id: SlotId) {
        let slot = self.slots[id as usize]
            .as_ref()
            .expect("a slot is freed once");
        let (entity_ref, uid) = (slot.entity_ref, slot.uid);
        self.packing.loosen(&slot.document.json);
        let hash = self.hasher.hash_one(self.texts.get(entity_ref));
        if let Ok(found) = self.by_ref.find_entry(hash, |other| *other == id) {
            found.remove();
        }
        self.slots[id as usize] = None;
        self.free.push(id);
        self.texts.release(entity_ref);
        self.texts.release(uid);
    }

    /// Holds what changes are made of, before they are taken in.
    pub(super) fn hold(&mut self, names: &Names) -> Held {
        Held {
            keys: names.keys.iter().map(|key| self.keys.put(key)).collect(),
            texts: self.texts.hold_all(&names.texts),
        }
    }

    /// Puts an entity in, and answers with its ref.
    fn put_in(&mut self, existing: Option<SlotId>, parsed: ParsedEntity, held: &Held) -> TextId {
        let rows = parsed.rows.iter();
        let rows = rows.map(|(key, value)| (held.key(*key), value.map(|value| held.text(value))));
        let rows = self.ordered(rows.collect());
        let entity_ref = held.text(parsed.entity_ref);
        if let Some(id) = existing {
            let uid = self.slot(id).uid;
            self.texts.release(uid);
            self.texts.release(entity_ref); // the slot holds it already
        }
        let id = existing.or_else(|| self.free.pop()).unwrap_or_else(|| {
            text::push(&mut self.slots, None);
            u32::try_from(self.slots.len() - 1).expect("fewer than 4 billion entities")
        });
        for relation in &parsed.relations {
            let source = held.text(relation.source);
            let edge = Edge {
                kind: held.text(relation.kind),
                target: held.text(relation.target),
                declarer: id,
            };
            self.edges.entry(source).or_default().push(edge);
            self.touch(source);
        }
        let targets = parsed.targets.iter().map(|target| held.text(*target));
        let targets: Box<[TextId]> = targets.collect();
        for target in &targets {
            self.parents.entry(*target).or_default().push(id);
        }
        self.slots[id as usize] = Some(Slot {
            entity_ref,
            uid: held.text(parsed.uid),
            document: parsed.document,
            rows,
            relation_rows: Box::default(),
            location: parsed.location.map(|location| held.text(location)),
            targets,
        });
        self.live.insert(id);
        if existing.is_none() {
            let hash = self.hasher.hash_one(self.texts.get(entity_ref));
            let (slots, texts, hasher) = (&self.slots, &self.texts, &self.hasher);
            self.by_ref.insert_unique(hash, id, |id| {
                let slot = slots[*id as usize]
                    .as_ref()
                    .expect("indexed numbers have a slot");
                hasher.hash_one(texts.get(slot.entity_ref))
            });
        }
        let rows = std::mem::take(&mut self.slot_mut(id).rows);
        self.index(id, &rows);
        self.slot_mut(id).rows = rows;
        self.touch(entity_ref);
        entity_ref
    }

    /// Rows ordered by key, each value of a key once, however it is written.
    fn ordered(&mut self, mut rows: Vec<Row>) -> Box<[Row]> {
        rows.sort_by_key(|(key, _)| *key);
        let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
        for (key, value) in rows {
            let same = |(_, other): &Row| match (other, value) {
                (Some(other), Some(value)) => self.texts.lower(*other) == self.texts.lower(value),
                (None, None) => true,
                _ => false,
            };
            let mut of_key = kept.iter().rev().take_while(|(other, _)| *other == key);
            if of_key.any(same) {
                if let Some(value) = value {
                    self.texts.release(value);
                }
            } else {
                kept.push((key, value));
            }
        }
        kept.into_boxed_slice()
    }

    /// Brings what was made of the keys up to date with rows an entity gets.
    pub(super) fn index(&mut self, id: SlotId, rows: &[Row]) {
        for (key, value) in rows {
            if let Some(postings) = self.keys.get_mut(*key).postings.get_mut() {
                postings.insert(*value, id, &self.texts);
            }
            if let (Some(value), Some(mut column)) = (value, self.keys.get_mut(*key).column.take())
            {
                column.insert((self.texts.lower(*value), id), self);
                drop(self.keys.get(*key).column.set(column));
            }
        }
    }

    /// Brings what was made of the keys up to date with rows an entity loses, and lets go of their texts.
    pub(super) fn unindex(&mut self, id: SlotId, rows: &[Row]) {
        let mut rest = rows;
        while let Some((key, _)) = rest.first().copied() {
            let (of_key, behind) = rest.split_at(rest.partition_point(|(other, _)| *other == key));
            rest = behind;
            if let Some(postings) = self.keys.get_mut(key).postings.get_mut() {
                postings.remove(of_key.iter().map(|(_, value)| *value), id, &self.texts);
            }
            if let Some(mut column) = self.keys.get_mut(key).column.take() {
                for value in of_key.iter().filter_map(|(_, value)| *value) {
                    column.remove((self.texts.lower(value), id), self);
                }
                drop(self.keys.get(key).column.set(column));
            }
        }
        for value in rows.iter().filter_map(|(_, value)| *value) {
            self.texts.release(value);
        }
    }
}
