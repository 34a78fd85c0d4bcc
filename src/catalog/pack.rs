//! Documents are packed one behind the other when nothing else is to do: each in a piece of memory of its own, a tenth
//! of it would be empty.

use bytes::Bytes;

use super::table::{SlotId, Table};

/// Larger documents stay where they are.
const LARGE_BYTES: usize = 1 << 15;
/// Packing is worth it when one part in so many was made anew since the last time, and at least so much.
const WORTH_SHARE: usize = 8;
const WORTH_BYTES: usize = 1 << 20;

/// How much of the documents lies how.
#[derive(Debug, Default)]
pub(super) struct Packing {
    /// Bytes that were packed the last time.
    packed: usize,
    /// Bytes that were made anew, or left a gap, since then.
    loose: usize,
}

impl Packing {
    /// A document was made, or is gone.
    pub(super) fn loosen(&mut self, document: &Bytes) {
        self.loose += document.len();
    }

    /// Whether packing is worth it.
    pub(super) fn is_loose(&self) -> bool {
        self.loose > WORTH_BYTES.max(self.packed / WORTH_SHARE)
    }
}

impl Table {
    /// Packs at most `most` entities, those from a slot on; answers where to go on, `None` at the end.
    pub(super) fn pack(&mut self, first: SlotId, most: usize) -> Option<SlotId> {
        if first == 0 {
            self.packing = Packing::default();
        }
        let slots: Vec<SlotId> = self.live.range(first..).take(most).collect();
        let is_small = |slot: &SlotId| self.slot(*slot).document.json.len() <= LARGE_BYTES;
        let small: Vec<SlotId> = slots.iter().copied().filter(is_small).collect();
        let documents = small.iter().map(|slot| &*self.slot(*slot).document.json);
        let mut block = Bytes::from(documents.collect::<Vec<_>>().concat());
        self.packing.packed += block.len();
        for slot in small {
            let document = &mut self.slot_mut(slot).document;
            document.json = block.split_to(document.json.len());
        }
        for slot in &slots {
            self.cut_edges(*slot);
        }
        slots.last().map(|last| last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_is_worth_it_when_a_part_was_made_anew() {
        let document = Bytes::from(vec![0; 300_000]);
        let mut packing = Packing::default();
        for (made, expected) in [(3, false), (1, true)] {
            (0..made).for_each(|_| packing.loosen(&document));
            assert_eq!(packing.is_loose(), expected);
        }
        packing.packed = 12_000_000;
        assert!(!packing.is_loose());
        packing.loosen(&document);
        packing.loosen(&document);
        assert!(packing.is_loose());
    }
}
