//! `RepoUrlPicker` on the page: the host, and what its addresses are made of.

use super::{
    credentials::{self, Credentials},
    field::Drawing,
    loaded::Loaded,
    rich::Rich,
    view::{Entry, FieldView, Line, Lock, View, id_of},
};
use crate::{
    entity::ScmHost,
    http::AppState,
    pages::code::Prose,
    scaffolder::form::{Field, RepoPart, RepoUrl, RepoUrlOptions},
    urls,
};

/// The name of a part of an address, in the form.
pub(super) fn part_name(part: RepoPart, pointer: &str) -> String {
    format!("{}:{pointer}", part.name())
}

/// The product of a host; `None` for a host without an integration.
pub(super) fn product(state: &AppState, host: &str) -> Option<ScmHost> {
    let integration = state.forges.integration(host);
    integration.map(|integration| integration.product)
}

/// The address as the page shows it: with the first host, what is alone allowed, and on the portal's own host, where
/// what somebody makes is theirs unless they say otherwise, the user as owner.
pub(super) fn shown(
    state: &AppState,
    loaded: &Loaded,
    url: &RepoUrl,
    options: &RepoUrlOptions,
) -> RepoUrl {
    let mut shown = url.clone();
    if url.host.is_empty() {
        shown.host = hosts(state, options).into_iter().next().unwrap_or_default();
    }
    for part in RepoPart::of(product(state, &shown.host)) {
        if let [only] = options.allowed(*part) {
            shown.set(*part, only);
        }
    }
    let is_own_host = url.host.is_empty() && state.forges.is_local(&shown.host);
    if is_own_host
        && options.allowed(RepoPart::Owner).is_empty()
        && let Some(own) = loaded.owners().first()
    {
        shown.set(RepoPart::Owner, own);
    }
    shown
}

/// The hosts to choose from: first those the portal can make repositories on.
fn hosts(state: &AppState, options: &RepoUrlOptions) -> Vec<String> {
    if !options.hosts.is_empty() {
        return options.hosts.clone();
    }
    let mut hosts: Vec<String> = Vec::new();
    for integration in &state.config.integrations {
        if !hosts.contains(&integration.host) {
            hosts.push(integration.host.clone());
        }
    }
    hosts.sort_by_key(|host| match credentials::of(state, host) {
        Credentials::Local => 0,
        Credentials::Present => 1,
        _ => 2,
    });
    hosts
}

impl Drawing<'_> {
    /// The host, then what its addresses are made of.
    pub(super) fn parts(
        &self,
        field: &Field,
        url: &RepoUrl,
        options: &RepoUrlOptions,
    ) -> Vec<FieldView> {
        let shown = shown(self.state, self.loaded, url, options);
        let mut parts = vec![self.host(field, &shown.host, options)];
        for part in RepoPart::of(product(self.state, &shown.host)) {
            parts.push(self.part(field, *part, &shown, options));
        }
        parts
    }

    fn host(&self, field: &Field, host: &str, options: &RepoUrlOptions) -> FieldView {
        let name = format!("host:{}", field.pointer);
        let entry = |key: String| Entry {
            label: format!("{key}{}", credentials::of(self.state, &key).word()),
            is_chosen: key == host,
            key,
        };
        let mut entries: Vec<Entry> = hosts(self.state, options).into_iter().map(entry).collect();
        if !host.is_empty() && !entries.iter().any(|entry| entry.is_chosen) {
            entries.push(Entry {
                key: host.to_owned(),
                label: format!("{host} (not offered)"),
                is_chosen: true,
            });
        }
        let is_only = entries.len() == 1;
        FieldView {
            follow: (!is_only).then(|| urls::template_look(&self.loaded.entity_ref)),
            view: match (is_only, entries.as_slice()) {
                (true, [only]) => View::Given(only.key.clone()),
                _ => View::Select(entries),
            },
            ..plain(&name, "Host")
        }
    }

    fn part(
        &self,
        field: &Field,
        part: RepoPart,
        shown: &RepoUrl,
        options: &RepoUrlOptions,
    ) -> FieldView {
        let value = shown.part(part);
        let allowed = options.allowed(part);
        let view = if allowed.is_empty() {
            View::Line(self.part_line(part, shown, options))
        } else {
            let entry = |one: &String| Entry {
                key: one.clone(),
                label: one.clone(),
                is_chosen: one == value,
            };
            View::Select(allowed.iter().map(entry).collect())
        };
        FieldView {
            help: Rich::new(options.help(part)),
            view,
            ..plain(&part_name(part, &field.pointer), options.label(part))
        }
    }

    fn part_line(&self, part: RepoPart, shown: &RepoUrl, options: &RepoUrlOptions) -> Line {
        let value = shown.part(part);
        match self.offers.of_part(part, shown, options) {
            Some(offered) => self.offered_line(value, offered),
            None => Line {
                kind: "text",
                value: value.to_owned(),
                ..Line::default()
            },
        }
    }
}

/// A field that is part of another one.
fn plain(name: &str, label: &str) -> FieldView {
    FieldView {
        id: id_of(name),
        name: name.to_owned(),
        label: label.to_owned(),
        description: Rich::default(),
        help: Rich::default(),
        note: Prose::default(),
        fault: String::new(),
        is_required: true,
        is_focused: false,
        lock: Lock::Open,
        follow: None,
        view: View::Given(String::new()),
    }
}
