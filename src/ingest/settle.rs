//! After files were written: what leads nowhere any more, and what is to become of what is missing.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{
    context::Context,
    decide::{Cause, ChangeIds},
};
use crate::{
    config::OrphanStrategy,
    entity::EntityRef,
    error::Result,
    store::{self, LocationTargets, NewVersion, Tx},
};

/// What settling came to.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The last change id, if anything visible changed.
    pub(super) last_change: Option<i64>,
    /// Files with documents that may now take over a ref nobody holds.
    pub(super) heirs: Vec<String>,
}

/// Forgets files that no root leads to, and removes, keeps or holds what is missing.
/// `roots` are the location refs of the roots there are; entities of others go without a question.
pub(super) async fn settle(
    context: &Context,
    roots: &HashSet<String>,
    cause: &Cause,
) -> Result<Settled> {
    let mut settling = Settling::begin(context, cause).await?;
    settling.forget_unreachable(roots).await?;
    for (origin, (refs, total)) in store::missing_by_origin(&mut settling.tx).await? {
        let is_configured = roots.contains(&origin);
        if is_configured && shrinks_too_much(context, refs.len(), total) {
            continue; // a person decides: see `Ingest::accept_removal`
        }
        if is_configured && context.options.orphan_strategy == OrphanStrategy::Keep {
            settling.keep(&refs).await?;
        } else {
            settling.remove(&refs).await?;
        }
    }
    let last_change = settling.commit().await?;
    let conflicts = store::conflicts_of(&context.db).await?;
    let mut heirs: Vec<String> = conflicts
        .into_iter()
        .map(|conflict| conflict.location_ref)
        .collect();
    heirs.sort();
    heirs.dedup();
    Ok(Settled { last_change, heirs })
}

/// A transaction that removes entities.
pub(super) struct Settling<'a> {
    pub(super) tx: Tx,
    context: &'a Context,
    cause: &'a Cause,
    changes: ChangeIds,
}

impl<'a> Settling<'a> {
    pub(super) async fn begin(context: &'a Context, cause: &'a Cause) -> Result<Self> {
        let mut tx = context.db.begin().await?;
        let changes = ChangeIds::from(store::next_change_id(&mut tx).await?);
        Ok(Self {
            tx,
            context,
            cause,
            changes,
        })
    }

    /// Makes it so; answers the last change id if anything visible changed.
    pub(super) async fn commit(self) -> Result<Option<i64>> {
        self.tx.commit().await?;
        Ok(self.changes.last())
    }

    /// Removes entities for good, with a tombstone each.
    pub(super) async fn remove(&mut self, refs: &[String]) -> Result<()> {
        let (now, by) = (self.context.clock.now(), &self.cause.by);
        let mut versions = Vec::with_capacity(refs.len());
        for entity_ref in refs {
            store::bury(&mut self.tx, entity_ref, by, now, self.changes.take()).await?;
            versions.push(NewVersion {
                entity_ref: EntityRef::from_canonical(entity_ref),
                uid: String::new(),
                at: now,
                cause: "no longer listed",
                caused_by: by.clone(),
                deleted: true,
                location_key: None,
                text_hash: None,
                line: 1,
                lines: 0,
            });
        }
        store::put_versions(&mut self.tx, &versions).await
    }

    /// Keeps entities that nothing lists any more, marked.
    async fn keep(&mut self, refs: &[String]) -> Result<()> {
        for entity_ref in refs {
            store::set_orphan(&mut self.tx, entity_ref, self.changes.take()).await?;
        }
        Ok(())
    }

    async fn forget_unreachable(&mut self, roots: &HashSet<String>) -> Result<()> {
        let locations = store::location_targets(&self.context.db).await?;
        let reached = reached_files(&locations, roots);
        let now = self.context.clock.now();
        for file in store::file_refs(&mut self.tx).await? {
            if reached.contains(file.as_str()) {
                continue;
            }
            for entity_ref in store::entities_of_file(&mut self.tx, &file).await? {
                store::mark_missing(&mut self.tx, &entity_ref, &file, now).await?;
            }
            store::delete_file(&mut self.tx, &file).await?;
        }
        let gone: Vec<String> = locations
            .iter()
            .filter(|location| location.location_key.is_none() && !roots.contains(&location.origin))
            .map(|location| location.entity_ref.clone())
            .collect();
        self.remove(&gone).await
    }
}

fn shrinks_too_much(context: &Context, missing: usize, total: i64) -> bool {
    let missing = i64::try_from(missing).unwrap_or(i64::MAX);
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of entities, far below 2^52"
    )]
    let share = missing as f64 / total.max(1) as f64;
    missing > i64::try_from(context.options.removal_minimum).unwrap_or(i64::MAX)
        && share > context.options.removal_share
}

/// The files that the roots lead to, through Locations that are themselves reached.
fn reached_files<'a>(
    locations: &'a [LocationTargets],
    roots: &HashSet<String>,
) -> HashSet<&'a str> {
    let mut by_file: HashMap<&str, Vec<&LocationTargets>> = HashMap::new();
    let mut queue = VecDeque::new();
    for location in locations {
        match &location.location_key {
            Some(file) => by_file.entry(file).or_default().push(location),
            None if roots.contains(&location.origin) => queue.push_back(location),
            None => {}
        }
    }
    let mut reached = HashSet::new();
    while let Some(location) = queue.pop_front() {
        for target in &location.targets {
            if reached.insert(target.as_str()) {
                queue.extend(by_file.get(target.as_str()).into_iter().flatten());
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(entity_ref: &str, file: Option<&str>, targets: &[&str]) -> LocationTargets {
        LocationTargets {
            entity_ref: entity_ref.to_owned(),
            location_key: file.map(str::to_owned),
            origin: "file:/root".to_owned(),
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        }
    }

    #[test]
    fn only_what_a_root_leads_to_is_reached() {
        let locations = [
            location("location:default/generated-1", None, &["file:/root"]),
            location(
                "location:default/all",
                Some("file:/root"),
                &["file:/a", "file:/b"],
            ),
            location("location:default/circle", Some("file:/a"), &["file:/root"]),
            location("location:default/lost", Some("file:/gone"), &["file:/c"]),
        ];
        let roots = HashSet::from(["file:/root".to_owned()]);
        let mut reached: Vec<&str> = reached_files(&locations, &roots).into_iter().collect();
        reached.sort_unstable();
        assert_eq!(reached, ["file:/a", "file:/b", "file:/root"]);
    }
}
