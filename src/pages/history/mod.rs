//! The versions of an entity: who changed what, when and why.

mod diff;
