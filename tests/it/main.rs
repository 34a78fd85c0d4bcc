//! Everything that needs more than one module, in one test binary: one `mod` a feature.

mod support;

mod api;
mod auth;
mod bad_input;
mod corpus;
mod corpus_model;
mod crash;
mod detail_pages;
mod forge_client;
mod gitea;
mod house;
mod ingest;
mod layering;
mod local_git;
mod pages;
mod permission;
mod store;
mod url_locations;
mod user_settings;
