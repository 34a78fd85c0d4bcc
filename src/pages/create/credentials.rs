//! Whether the portal can make anything on a host: said before a run, not by its failure.

use std::collections::BTreeSet;

use crate::{
    http::AppState,
    scaffolder::form::{Answers, Control, FormPage, RepoUrl, all_fields},
};

/// What the portal has to come in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials {
    /// It needs nothing: the host is in the portal.
    Local,
    /// A token, or something like it.
    Present,
    /// Nothing.
    Missing,
    /// It does not know the host.
    Unknown,
}

impl Credentials {
    /// What is said behind the name of the host.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Local => " (in this portal)",
            Self::Present => "",
            Self::Missing => " (no token)",
            Self::Unknown => " (not configured)",
        }
    }
}

/// What the portal has for a host, by `host` or `host:port`.
pub(super) fn of(state: &AppState, host: &str) -> Credentials {
    if state.forges.is_local(host) {
        return Credentials::Local;
    }
    match state.forges.integration(host) {
        Some(integration) if integration.credentials.is_empty() => Credentials::Missing,
        Some(_) => Credentials::Present,
        None => Credentials::Unknown,
    }
}

/// The repositories the answers name.
pub(super) fn repo_urls(pages: &[FormPage], answers: &Answers) -> Vec<RepoUrl> {
    let mut urls = Vec::new();
    for page in pages {
        for field in all_fields(&page.fields(answers)) {
            if let Control::RepoUrl { url, .. } = &field.control
                && !url.text().is_empty()
            {
                urls.push(url.clone());
            }
        }
    }
    urls
}

/// What is to be said of the hosts the answers name, a sentence each.
pub(super) fn warnings(state: &AppState, pages: &[FormPage], answers: &Answers) -> Vec<String> {
    let hosts: BTreeSet<String> = repo_urls(pages, answers)
        .into_iter()
        .map(|url| url.host)
        .collect();
    hosts
        .iter()
        .filter_map(|host| warning(state, host))
        .collect()
}

fn warning(state: &AppState, host: &str) -> Option<String> {
    match of(state, host) {
        Credentials::Local | Credentials::Present => None,
        Credentials::Missing => {
            let integration = state.forges.integration(host);
            let key = integration.map_or("integrations", |integration| &integration.key);
            Some(format!(
                "The portal has no token for {host}, so it can make nothing there and the run would fail. Add one at `{key}` in app-config.yaml, or choose another host."
            ))
        }
        Credentials::Unknown => Some(format!(
            "The portal does not know the host {host}, so the run would fail. Add it under `integrations` in app-config.yaml, or choose another host."
        )),
    }
}
