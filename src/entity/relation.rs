//! Relations between entities.

use super::EntityRef;

/// One directed relation, as one document declares it. A document declares both directions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation {
    /// The entity whose `relations` will hold it.
    pub source: EntityRef,
    /// Backstage's name, such as `ownedBy`.
    pub kind: String,
    /// What it points at; need not exist.
    pub target: EntityRef,
}
