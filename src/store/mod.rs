//! All SQL: migrations, rows, the change feed. It holds no rule.
//!
//! One text for two drivers: `&Db` reads, `&mut Tx` writes. SQLite has one writing connection
//! (`BEGIN IMMEDIATE`) beside a read-only pool; PostgreSQL takes an advisory lock for each writing
//! transaction, so that `change_id` rises in the order of commits.

mod db;
mod entities;
mod feed;
mod file_lists;
mod files;
mod locations;
mod lock;
mod reach;
mod signing_keys;
mod texts;
mod user_info;
mod user_settings;
mod versions;

pub use db::{Db, Tx};
pub use entities::{
    EntityRow, EntitySource, HeldRemoval, NewEntity, TombstoneRow, bury, deleted_entities,
    entities_by_refs, entity_by_uid, held_removals, live_documents, mark_errors, mark_location,
    mark_missing, missing_by_origin, missing_of, next_change_id, put_entities, set_orphan,
    show_entity, source_of, unbury,
};
pub use feed::{Change, StoredEntity, changes_since, last_change_id};
pub use file_lists::{
    FileCounts, FileFilter, FileState, RootFiles, count_files, files_by_root, files_matching,
    known_files,
};
pub use files::{
    Conflict, File, FileDocument, FileSummary, Verdict, conflicts_of, delete_file, file,
    file_errors, forget_fingerprint, put_conflicts, put_file,
};
pub use locations::{
    RegisteredLocation, add_location, delete_location, location, locations, replace_location,
};
pub use lock::DataFolderLock;
pub use reach::{LocationTargets, entities_of_file, file_refs, location_targets, targets_of};
pub use signing_keys::{
    SigningKey, add_signing_key, delete_expired_keys, signing_key, signing_keys,
};
pub use texts::{put_text, text, text_hash};
pub use user_info::{put_user_claims, user_claims};
pub use user_settings::{
    SettingKey, count_user_settings, delete_user_setting, put_user_setting, user_setting,
};
pub use versions::{NewVersion, Version, put_versions, recent_versions, versions};
