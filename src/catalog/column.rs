//! Entities in the order of one key's values.

use std::cmp::Ordering;

use roaring::RoaringBitmap;

use super::{
    table::{SlotId, Table},
    text::TextId,
};

/// Pairs of a value, in lower case, and an entity, ordered by value, then by uid. An entity with several values
/// is there several times.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub(super) pairs: Vec<(TextId, SlotId)>,
    /// The entities that are there.
    pub(super) slots: RoaringBitmap,
}

/// A place in an order: value and uid.
pub(super) type Position<'a> = (&'a str, &'a str);

impl Column {
    /// Of all pairs, in any order.
    pub(super) fn new(mut pairs: Vec<(TextId, SlotId)>, table: &Table) -> Self {
        pairs.sort_unstable_by(|a, b| compare(table, *a, position_of(table, *b)));
        pairs.dedup();
        let slots = pairs.iter().map(|(_, slot)| *slot).collect();
        Self { pairs, slots }
    }

    /// How many pairs stand before a position.
    pub(super) fn before(&self, table: &Table, position: Position<'_>) -> usize {
        self.pairs
            .partition_point(|pair| compare(table, *pair, position) == Ordering::Less)
    }

    /// How many stand before it or at it.
    pub(super) fn through(&self, table: &Table, position: Position<'_>) -> usize {
        self.pairs
            .partition_point(|pair| compare(table, *pair, position) != Ordering::Greater)
    }

    pub(super) fn insert(&mut self, pair: (TextId, SlotId), table: &Table) {
        let place = self.before(table, position_of(table, pair));
        if self.pairs.get(place) != Some(&pair) {
            self.pairs.insert(place, pair);
            self.slots.insert(pair.1);
        }
    }

    /// Who removes one pair of an entity removes all of them.
    pub(super) fn remove(&mut self, pair: (TextId, SlotId), table: &Table) {
        let place = self.before(table, position_of(table, pair));
        if self.pairs.get(place) == Some(&pair) {
            self.pairs.remove(place);
            self.slots.remove(pair.1);
        }
    }
}

/// Value and uid of a pair.
pub(super) fn position_of(table: &Table, (value, slot): (TextId, SlotId)) -> Position<'_> {
    (table.texts.get(value), table.uid(slot))
}

fn compare(table: &Table, pair: (TextId, SlotId), (value, uid): Position<'_>) -> Ordering {
    let (own_value, own_uid) = position_of(table, pair);
    own_value.cmp(value).then_with(|| own_uid.cmp(uid))
}
