//! Which entities hold a text, of the texts looked for lately.
//!
//! One text is asked for several times over: for a page, its total, the counts beside each filter.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use roaring::RoaringBitmap;

use super::keys::KeyId;

/// At most 12 KB each with 100,000 entities.
const KEPT: usize = 16;

/// A term in lower case, and the keys it is looked for under.
type Text = (String, Vec<KeyId>);

/// Holds until the entities change: who changes them calls [`Self::forget`].
#[derive(Debug, Default)]
pub(super) struct Found(Mutex<VecDeque<(Text, Arc<RoaringBitmap>)>>);

impl Found {
    /// What was found, or is found now.
    pub(super) fn or_find(
        &self,
        text: Text,
        find: impl FnOnce(&Text) -> RoaringBitmap,
    ) -> Arc<RoaringBitmap> {
        let known = |kept: &VecDeque<(Text, Arc<RoaringBitmap>)>| {
            let mut kept = kept.iter();
            kept.find(|(known, _)| *known == text)
                .map(|(_, selection)| Arc::clone(selection))
        };
        if let Some(selection) = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return selection;
        }
        let selection = Arc::new(find(&text));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front((text, Arc::clone(&selection)));
        selection
    }

    pub(super) fn forget(&mut self) {
        self.0
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
