//! May this caller do this to that? So far everybody may do everything; services may be restricted to less.
//!
//! The words are Backstage's (`auth-permissions-api.md` §3): permissions, rules about resources, conditions made of
//! rules. Which user a token stands for is decided in `auth`.

mod catalog;
mod condition;
mod request;
mod restriction;

pub use catalog::{CATALOG_ENTITY, permissions, rules};
pub use condition::{Condition, conditions_apply};
pub use request::{
    AuthorizeItem, ConditionItem, Decision, authorize, read_authorize, read_conditions,
};
pub use restriction::check_restrictions;
