//! Callboard: a developer portal that speaks Backstage's HTTP APIs.
//!
//! The modules stand in the order data flows; a module uses only those above it
//! (`tests/it/layering.rs` reads the `use crate::` lines). `docs/ARCHITECTURE.md` is the map.

pub mod telemetry;

pub mod clock;

pub mod error;

pub mod input;

pub mod entity;

pub mod config;

pub mod urls;

pub mod store;

pub mod git;

pub mod connections;

pub mod forge;

pub mod source;

pub mod ingest;

pub mod catalog;

pub mod search;

pub mod auth;

pub mod permission;

pub mod scaffolder;

pub mod http;

pub mod api;

pub mod pages;

pub mod cli;

pub mod app;
