//! `by-query`: a page of an ordered selection, and the cursors to the pages beside it (`catalog-api.md` §4.2, §4.3).

use bytes::Bytes;

use super::{
    EntityPage, EntityQuery, OrderField, Which,
    column::{Column, Position, position_of},
    cursor::Cursor,
    keys::KeyId,
    select::Selection,
    table::{SlotId, Table},
    text::TextId,
};
use crate::error::Result;

const BY_UID: &str = "metadata.uid";

type Pair = (TextId, SlotId);

/// An order and a selection over it.
struct Ordered<'a> {
    table: &'a Table,
    column: &'a Column,
    selection: Selection<'a>,
    key: KeyId,
    descending: bool,
}

/// A first page.
pub(super) fn first_page(table: &Table, query: &EntityQuery) -> EntityPage {
    let which = Which {
        filter: &query.filter,
        full_text: query.full_text.as_ref(),
    };
    let selection = table.select_which(which, &query.order);
    if query.limit == 0 && query.order.is_empty() {
        // Every entity has a uid to be ordered by: counting needs no order.
        return EntityPage {
            total_items: if query.with_total {
                number(selection.len())
            } else {
                0
            },
            ..EntityPage::default()
        };
    }
    let Some(ordered) = Ordered::new(table, &query.order, selection) else {
        return EntityPage::default();
    };
    let total_items = if query.with_total { ordered.total() } else { 0 };
    if query.limit == 0 {
        return EntityPage {
            total_items,
            ..EntityPage::default()
        };
    }
    let mut pairs: Vec<Pair> = ordered
        .forwards(0)
        .skip(query.offset)
        .take(query.limit.saturating_add(1))
        .collect();
    let has_more = pairs.len() > query.limit;
    pairs.truncate(query.limit);
    let next_cursor = match (has_more, pairs.first(), pairs.last()) {
        (true, Some(first), Some(last)) => {
            let cursor = Cursor {
                filter: query.filter.clone(),
                full_text: query.full_text.clone(),
                order: query.order.iter().take(1).cloned().collect(),
                position: owned(position_of(table, *last)),
                first: owned(position_of(table, *first)),
                is_previous: false,
                total_items,
            };
            Some(cursor.encode())
        }
        _ => None,
    };
    EntityPage {
        items: documents(table, &pairs),
        total_items,
        next_cursor,
        prev_cursor: None,
    }
}

/// The page behind, or before, a cursor.
pub(super) fn page_from(table: &Table, cursor: &str, limit: usize) -> Result<EntityPage> {
    let cursor = Cursor::decode(cursor)?;
    let which = Which {
        filter: &cursor.filter,
        full_text: cursor.full_text.as_ref(),
    };
    let selection = table.select_which(which, &cursor.order);
    let total_items = cursor.total_items;
    let Some(ordered) = Ordered::new(table, &cursor.order, selection) else {
        return Ok(EntityPage {
            total_items,
            ..EntityPage::default()
        });
    };
    if limit == 0 {
        return Ok(EntityPage {
            total_items,
            ..EntityPage::default()
        });
    }
    let from = borrowed(&cursor.position);
    let (pairs, has_more) = if cursor.is_previous {
        let mut pairs: Vec<Pair> = ordered
            .backwards(from, borrowed(&cursor.first))
            .take(limit)
            .collect();
        pairs.reverse();
        (pairs, true)
    } else {
        let start = ordered.behind(from);
        let mut pairs: Vec<Pair> = ordered
            .forwards(start)
            .take(limit.saturating_add(1))
            .collect();
        let has_more = pairs.len() > limit;
        pairs.truncate(limit);
        (pairs, has_more)
    };
    let to = |pair: Pair, is_previous: bool| {
        Cursor {
            position: owned(position_of(table, pair)),
            is_previous,
            ..cursor.clone()
        }
        .encode()
    };
    let is_first = |pair: Pair| position_of(table, pair) == borrowed(&cursor.first);
    Ok(EntityPage {
        items: documents(table, &pairs),
        total_items,
        next_cursor: pairs
            .last()
            .filter(|_| has_more)
            .map(|pair| to(*pair, false)),
        prev_cursor: pairs
            .first()
            .filter(|pair| !is_first(**pair))
            .map(|pair| to(*pair, true)),
    })
}

impl<'a> Ordered<'a> {
    /// `None` if no entity has the key.
    fn new(table: &'a Table, order: &[OrderField], selection: Selection<'a>) -> Option<Self> {
        let order = order.first();
        let field = order.map_or_else(|| BY_UID.to_owned(), |order| order.field.to_lowercase());
        let key = table.keys.find(&field)?;
        let column = table.column(key);
        Some(Self {
            table,
            column,
            selection,
            key,
            descending: order.is_some_and(|order| order.descending),
        })
    }

    /// How many entities are selected and have a value to order by.
    fn total(&self) -> usize {
        let with_value = &self.column.slots;
        if with_value.len() == self.table.live.len() {
            return number(self.selection.len());
        }
        number(self.selection.intersection_len(with_value))
    }

    /// The selected pairs from a place in the order on. Sparse selections are put in order on their own,
    /// dense ones are met by walking along the column.
    fn forwards(&self, start: usize) -> Box<dyn Iterator<Item = Pair> + '_> {
        let pairs = &self.column.pairs;
        if self.is_sparse() {
            let gathered = self.gathered();
            let Some(from) = self.pair_at(start) else {
                return Box::new(std::iter::empty());
            };
            let position = position_of(self.table, from);
            return if self.descending {
                let end = gathered.through(self.table, position);
                Box::new(gathered.pairs.into_iter().take(end).rev())
            } else {
                let begin = gathered.before(self.table, position);
                Box::new(gathered.pairs.into_iter().skip(begin))
            };
        }
        let is_selected = |pair: &Pair| self.selection.contains(pair.1);
        if self.descending {
            Box::new(
                pairs[..pairs.len() - start.min(pairs.len())]
                    .iter()
                    .rev()
                    .copied()
                    .filter(is_selected_by(is_selected)),
            )
        } else {
            Box::new(
                pairs[start.min(pairs.len())..]
                    .iter()
                    .copied()
                    .filter(is_selected_by(is_selected)),
            )
        }
    }

    /// The selected pairs before a position, nearest first, not beyond the very first.
    fn backwards(
        &self,
        from: Position<'_>,
        first: Position<'_>,
    ) -> impl Iterator<Item = Pair> + '_ {
        let (start, end) = if self.descending {
            (
                self.column.through(self.table, from),
                self.column.through(self.table, first),
            )
        } else {
            (
                self.column.before(self.table, first),
                self.column.before(self.table, from),
            )
        };
        let range = &self.column.pairs[start.min(end)..end];
        let length = range.len();
        let descending = self.descending;
        (0..length)
            .map(move |step| {
                if descending {
                    range[step]
                } else {
                    range[length - 1 - step]
                }
            })
            .filter(|pair| self.selection.contains(pair.1))
    }

    /// How many pairs of the whole column stand before those that follow a position, in the order asked for.
    fn behind(&self, position: Position<'_>) -> usize {
        if self.descending {
            self.column.pairs.len() - self.column.before(self.table, position)
        } else {
            self.column.through(self.table, position)
        }
    }

    fn pair_at(&self, start: usize) -> Option<Pair> {
        let pairs = &self.column.pairs;
        let place = if self.descending {
            pairs.len().checked_sub(start + 1)?
        } else {
            start
        };
        pairs.get(place).copied()
    }

    /// Walking meets a selected pair every `column / selection` steps; gathering sorts the selection.
    fn is_sparse(&self) -> bool {
        self.selection.len() * 256 < self.column.pairs.len() as u64
    }

    fn gathered(&self) -> Column {
        let rows = |slot| {
            self.table
                .rows_of(slot, self.key)
                .iter()
                .filter_map(move |(_, value)| Some(((*value)?, slot)))
        };
        let pairs = self
            .selection
            .iter()
            .flat_map(rows)
            .map(|(value, slot)| (self.table.texts.lower(value), slot));
        Column::new(pairs.collect(), self.table)
    }
}

fn number(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// A filter over pairs by value, from one by reference.
fn is_selected_by(is_selected: impl Fn(&Pair) -> bool) -> impl FnMut(&Pair) -> bool {
    move |pair| is_selected(pair)
}

fn documents(table: &Table, pairs: &[Pair]) -> Vec<Bytes> {
    pairs
        .iter()
        .map(|(_, slot)| table.slot(*slot).document.json.clone())
        .collect()
}

fn owned((value, uid): Position<'_>) -> (String, String) {
    (value.to_owned(), uid.to_owned())
}

fn borrowed((value, uid): &(String, String)) -> Position<'_> {
    (value, uid)
}
