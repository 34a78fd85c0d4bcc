//! The relations of entities, out of what all declare: made anew when they change, by the thousand on every core.

use rayon::prelude::*;

use super::{
    document::FinalDocument,
    table::{Row, SlotId, Table},
    text::TextId,
};

/// Fewer entities have their relations made by one thread.
const WORTH_A_THREAD: usize = 64;

/// Type and target of a relation.
struct Told<'a> {
    texts: (&'a str, &'a str),
    ids: (TextId, TextId),
}

/// A ref whose relations were made anew, until they are put in.
#[derive(Debug)]
pub(super) struct Stitched {
    /// Still held.
    source: TextId,
    /// `None`: there is no such entity.
    related: Option<Related>,
}

/// What the relations of an entity come to.
#[derive(Debug)]
struct Related {
    id: SlotId,
    document: FinalDocument,
    /// Types and targets, ordered by type.
    relations: Vec<(TextId, TextId)>,
}

impl Table {
    /// At most so many of those whose relations are out of date, for [`Self::stitched`] and [`Self::stitch_in`].
    pub(super) fn take_touched(&mut self, most: usize) -> Vec<TextId> {
        // In the order they came: what lies together is made anew together, and leaves no gaps.
        let touched = std::iter::from_fn(|| self.touched.pop_first());
        touched.take(most).collect()
    }

    /// A ref's relations are out of date.
    pub(super) fn touch(&mut self, source: TextId) {
        if self.touched.insert(source) {
            self.texts.hold_again(source);
        }
    }

    /// What the relations of many refs come to: made on every core.
    pub(super) fn all_stitched(&self, sources: Vec<TextId>) -> Vec<Stitched> {
        let sources = sources.into_par_iter().with_min_len(WORTH_A_THREAD);
        sources.map(|source| self.stitched(source)).collect()
    }

    /// Makes the relations of a ref anew.
    pub(super) fn stitched(&self, source: TextId) -> Stitched {
        let entity = self.find(self.texts.get(source));
        Stitched {
            source,
            related: entity.map(|id| self.related(source, id)),
        }
    }

    fn related(&self, source: TextId, id: SlotId) -> Related {
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
        let told = relations.iter().map(|told| told.texts);
        Related {
            id,
            document: self.slot(id).document.with_relations(told),
            relations: relations.iter().map(|told| told.ids).collect(),
        }
    }

    /// Puts the relations of an entity in, if it exists.
    pub(super) fn stitch_in(&mut self, stitched: Stitched) {
        if let Some(related) = stitched.related {
            self.packing.loosen(&related.document.json);
            let rows = self.relation_rows(&related.relations);
            let slot = self.slot_mut(related.id);
            slot.document = related.document;
            let old = std::mem::take(&mut slot.relation_rows);
            self.unindex(related.id, &old);
            self.index(related.id, &rows);
            self.slot_mut(related.id).relation_rows = rows;
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
}
