//! The entities and their indexes: what the lock guards.

use std::{collections::BTreeSet, hash::BuildHasher};

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use rayon::prelude::*;
use roaring::RoaringBitmap;

use super::{
    column::Column,
    document::FinalDocument,
    facets::Counted,
    keys::{KeyId, Keys},
    pack::Packing,
    parse::{ParsedChange, ParsedEntity},
    postings::Postings,
    select::Found,
    text::{self, TextId, Texts},
};

/// Fewer entities have their relations made by one thread.
const WORTH_A_THREAD: usize = 64;

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
    relation_rows: Box<[Row]>,
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

/// Type and target of a relation.
struct Told<'a> {
    texts: (&'a str, &'a str),
    ids: (TextId, TextId),
}

/// What the relations of a ref come to, until they are put in.
#[derive(Debug)]
pub(super) struct Stitched {
    /// Still held.
    source: TextId,
    entity: Option<(SlotId, FinalDocument)>,
    /// Types and targets, ordered by type.
    relations: Vec<(TextId, TextId)>,
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
    edges: HashMap<TextId, Vec<Edge>>,
    /// Locations by the files they lead to.
    pub(super) parents: HashMap<TextId, Vec<SlotId>>,
    /// Refs whose relations are out of date; held.
    touched: BTreeSet<TextId>,
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
    pub(super) fn take_in(&mut self, changes: impl Iterator<Item = ParsedChange>, are_many: bool) {
        let mut put = Vec::new();
        for change in changes {
            match change {
                ParsedChange::Put(parsed) => {
                    let existing = self.find(parsed.entity_ref.as_str());
                    if let Some(id) = existing {
                        self.take_out(id);
                    }
                    let source = self.put_in(existing, *parsed);
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

    /// At most so many of those whose relations are out of date, for [`Self::stitched`] and [`Self::stitch_in`].
    pub(super) fn take_touched(&mut self, most: usize) -> Vec<TextId> {
        // In the order they came: what lies together is made anew together, and leaves no gaps.
        let touched = std::iter::from_fn(|| self.touched.pop_first());
        touched.take(most).collect()
    }

    /// A ref's relations are out of date.
    fn touch(&mut self, source: TextId) {
        if self.touched.insert(source) {
            self.texts.hold_again(source);
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

    /// Puts an entity in, and answers with its ref.
    fn put_in(&mut self, existing: Option<SlotId>, parsed: ParsedEntity) -> TextId {
        let mut rows: Vec<Row> = Vec::with_capacity(24);
        for (key, value) in parsed.rows.iter() {
            let key = self.keys.put(key);
            let value = value.map(|value| self.texts.hold(value));
            rows.push((key, value));
        }
        let rows = self.ordered(rows);
        let uid = self.texts.hold(&parsed.uid);
        let entity_ref = match existing {
            Some(id) => {
                let slot = self.slot(id);
                let (entity_ref, old_uid) = (slot.entity_ref, slot.uid);
                self.texts.release(old_uid);
                entity_ref
            }
            None => self.texts.hold(parsed.entity_ref.as_str()),
        };
        let id = existing.or_else(|| self.free.pop()).unwrap_or_else(|| {
            text::push(&mut self.slots, None);
            u32::try_from(self.slots.len() - 1).expect("fewer than 4 billion entities")
        });
        self.declare(id, &parsed);
        let location = parsed.location.map(|location| self.texts.hold(&location));
        let targets: Box<[TextId]> = parsed
            .targets
            .iter()
            .map(|target| self.texts.hold(target))
            .collect();
        for target in &targets {
            self.parents.entry(*target).or_default().push(id);
        }
        self.slots[id as usize] = Some(Slot {
            entity_ref,
            uid,
            document: parsed.document,
            rows,
            relation_rows: Box::default(),
            location,
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

    fn declare(&mut self, id: SlotId, parsed: &ParsedEntity) {
        for relation in &parsed.relations {
            let source = self.texts.hold(relation.source.as_str());
            let edge = Edge {
                kind: self.texts.hold(&relation.kind),
                target: self.texts.hold(relation.target.as_str()),
                declarer: id,
            };
            self.edges.entry(source).or_default().push(edge);
            self.touch(source);
        }
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

    /// What the relations of many refs come to: made on every core.
    pub(super) fn all_stitched(&self, sources: Vec<TextId>) -> Vec<Stitched> {
        let sources = sources.into_par_iter().with_min_len(WORTH_A_THREAD);
        sources.map(|source| self.stitched(source)).collect()
    }

    /// What the relations of a ref come to, and its document with them.
    pub(super) fn stitched(&self, source: TextId) -> Stitched {
        let edges = self.edges.get(&source).map_or(&[][..], Vec::as_slice);
        let mut relations: Vec<Told> = edges
            .iter()
            .map(|edge| Told {
                texts: (self.texts.get(edge.kind), self.texts.get(edge.target)),
                ids: (edge.kind, edge.target),
            })
            .collect();
        relations.sort_unstable_by_key(|told| told.texts);
        relations.dedup_by_key(|told| told.ids);
        let entity = self.find(self.texts.get(source)).map(|id| {
            let told = relations.iter().map(|told| told.texts);
            (id, self.slot(id).document.with_relations(told))
        });
        let relations = relations.iter().map(|told| told.ids).collect();
        Stitched {
            source,
            entity,
            relations,
        }
    }

    /// Puts the relations of an entity in, if it exists.
    pub(super) fn stitch_in(&mut self, stitched: Stitched) {
        if let Some((id, document)) = stitched.entity {
            self.packing.loosen(&document.json);
            let rows = self.relation_rows(&stitched.relations);
            let slot = self.slot_mut(id);
            slot.document = document;
            let old = std::mem::take(&mut slot.relation_rows);
            self.unindex(id, &old);
            self.index(id, &rows);
            self.slot_mut(id).relation_rows = rows;
        }
        self.texts.release(stitched.source);
    }

    /// Rows of relations that are ordered by type.
    fn relation_rows(&mut self, relations: &[(TextId, TextId)]) -> Box<[Row]> {
        let mut rows: Vec<Row> = Vec::with_capacity(relations.len());
        for of_kind in relations.chunk_by(|a, b| a.0 == b.0) {
            let key = format!("relations.{}", self.texts.get(of_kind[0].0)).to_lowercase();
            let key = self.keys.put(&key);
            for (_, target) in of_kind {
                self.texts.hold_again(*target);
                rows.push((key, Some(*target)));
            }
        }
        rows.sort_by_key(|(key, _)| *key);
        rows.into_boxed_slice()
    }

    /// Brings what was made of the keys up to date with rows an entity gets.
    fn index(&mut self, id: SlotId, rows: &[Row]) {
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
    fn unindex(&mut self, id: SlotId, rows: &[Row]) {
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
