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
mod places;
mod reach;
mod run_counts;
mod run_drafts;
mod run_effects;
mod run_events;
mod run_leases;
mod run_lists;
mod run_pipelines;
mod run_secrets;
mod run_steps;
mod run_waits;
mod run_workspaces;
mod runs;
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
    file_errors, forget_fingerprint, put_conflicts, put_file, put_revision,
};
pub use locations::{
    RegisteredLocation, add_location, delete_location, location, locations, replace_location,
};
pub use lock::DataFolderLock;
pub use places::{DocumentPlace, document_places};
pub use reach::{LocationTargets, entities_of_file, file_refs, location_targets, targets_of};
pub use run_counts::{RunCount, run_counts};
pub use run_drafts::{
    RunDraft, delete_old_drafts, delete_run_draft, put_run_draft, run_draft, run_drafts,
};
pub use run_effects::{
    EffectState, RunEffect, delete_run_effect, put_run_effect, run_effects, runs_with_effect,
    settle_run_effect,
};
pub use run_events::{
    RunEvent, add_run_event, delete_run_endings, has_run_event, last_step_event, run_events,
    run_events_after, run_events_before,
};
pub use run_leases::{Lease, claim_runs, holds_run, keep_leases, release_runs};
pub use run_lists::{RunEnding, RunFilter, RunGroup, RunOrder, count_runs_by, run_endings, runs};
pub use run_pipelines::{
    FirstPipeline, RunPipeline, claim_pipelines, is_pipeline_due, put_run_pipeline, run_pipelines,
};
pub use run_secrets::{delete_run_secrets, put_run_secret, run_secrets};
pub use run_steps::{RunStep, StepStatus, delete_run_step, put_run_step, run_steps};
pub use run_waits::{
    RunWait, WaitAnswer, answer_run_wait, delete_run_waits, put_run_wait, run_waits,
};
pub use run_workspaces::{
    RunBlob, delete_old_workspaces, has_run_blobs, put_run_blob, put_run_manifest, run_blob,
    run_blob_sizes, run_manifest, run_manifest_ends,
};
pub use runs::{Run, RunStatus, add_run, move_run, reopen_run, request_cancel, run, undo_runs};
pub use signing_keys::{
    SigningKey, add_signing_key, delete_expired_keys, signing_key, signing_keys,
};
pub use texts::{put_text, text, text_hash};
pub use user_info::{put_user_claims, user_claims};
pub use user_settings::{
    SettingKey, count_user_settings, delete_user_setting, put_user_setting, user_setting,
};
pub use versions::{NewVersion, Version, put_versions, recent_versions, versions};
