//! Everything that needs more than one module, in one test binary: one `mod` a feature.

mod support;

mod api;
mod auth;
mod azure_stub;
mod bad_input;
mod bitbucket_stub;
mod corpus;
mod corpus_model;
mod crash;
mod create;
mod detail_pages;
mod exchanges;
mod forge_choices;
mod forge_client;
mod forge_secrecy;
mod gitea;
mod github;
mod github_actions;
mod github_contract;
mod gitlab_stub;
mod house;
mod ingest;
mod layering;
mod local_git;
mod pages;
mod permission;
mod runs;
mod store;
mod template_commands;
mod template_corpus;
mod templates;
mod url_locations;
mod user_settings;
