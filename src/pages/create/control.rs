//! The controls of single answers, and what they offer.

use super::{
    field::{Drawing, entries},
    rich::Rich,
    view::{Entry, FieldView, Line, Lock, Offer, View, id_of},
};
use crate::{
    entity::ScmHost,
    pages::code::Prose,
    scaffolder::form::{
        Control, Field, Look, Picker, RepoPart, RepoUrl, RepoUrlOptions, TextKind, suggestions,
    },
    urls,
};

/// Answers that are offered at first; more are found by typing.
pub(super) const OFFERED: usize = 50;

impl Drawing<'_> {
    /// The control of a field that holds no others.
    pub(super) fn control(&self, field: &Field) -> View {
        match &field.control {
            Control::Text {
                kind,
                value,
                placeholder,
            } => View::Line(line(*kind, value, placeholder)),
            Control::Area {
                kind,
                value,
                placeholder,
                rows,
            } => View::Area {
                value: value.clone(),
                placeholder: placeholder.clone(),
                rows: *rows,
                is_code: *kind == TextKind::Yaml,
            },
            Control::Check { is_checked, .. } => View::Check {
                is_checked: *is_checked,
            },
            Control::Choice { look, options } => match look {
                Look::Select => View::Select(entries(options)),
                Look::Radio => View::Radios(entries(options)),
                Look::Checkboxes => View::Boxes(entries(options)),
            },
            Control::Pick {
                picker,
                value,
                placeholder,
            } => self.pick(picker, value, placeholder),
            Control::RepoUrl { url, options } => View::Parts(self.parts(field, url, options)),
            Control::Password { is_kept } => View::Secret {
                is_kept: *is_kept,
                can_keep: true,
            },
            Control::Secret { is_kept } => View::Secret {
                is_kept: *is_kept,
                can_keep: self.state.runs.services().seal.is_some(),
            },
            Control::Hidden(_)
            | Control::Group(_)
            | Control::List { .. }
            | Control::Variants { .. } => View::Group(Vec::new()),
        }
    }

    /// What is picked stands in a line of text that offers some; in a list to open where nothing else may be said and
    /// all of it fits.
    fn pick(&self, picker: &Picker, value: &str, placeholder: &str) -> View {
        let (offered, are_more) = self.loaded.around(self.state, |around| {
            suggestions(picker, "", OFFERED, around)
        });
        let is_closed = matches!(picker, Picker::Entity(entity) if !entity.allows_others);
        let is_known = value.is_empty() || offered.iter().any(|one| one.value == value);
        if is_closed && !are_more && is_known {
            let entry = |offer: crate::scaffolder::form::Suggestion| Entry {
                is_chosen: offer.value == value,
                label: offer.label,
                key: offer.value,
            };
            return View::Select(offered.into_iter().map(entry).collect());
        }
        let offer = |offer: crate::scaffolder::form::Suggestion| Offer {
            value: offer.value,
            label: offer.label,
        };
        View::Line(Line {
            kind: "text",
            value: value.to_owned(),
            placeholder: placeholder.to_owned(),
            offers: offered.into_iter().map(offer).collect(),
            more: are_more.then(|| urls::template_look(&self.loaded.entity_ref)),
            ..Line::default()
        })
    }

    /// The host, then what its addresses are made of.
    fn parts(&self, field: &Field, url: &RepoUrl, options: &RepoUrlOptions) -> Vec<FieldView> {
        let hosts = self.hosts(options);
        let host = match url.host.as_str() {
            "" => hosts.first().map_or("", |(host, _)| host.as_str()),
            host => host,
        };
        let mut parts = vec![self.host(field, host, &hosts)];
        let product = self.product(host);
        for part in RepoPart::of(product) {
            parts.push(self.part(field, (*part, host), url, options));
        }
        parts
    }

    fn product(&self, host: &str) -> Option<ScmHost> {
        let integration = self.state.forges.integration(host);
        integration.map(|integration| integration.product)
    }

    /// The hosts to choose from and what they are called: first those the portal can make repositories on.
    fn hosts(&self, options: &RepoUrlOptions) -> Vec<(String, String)> {
        let mut hosts: Vec<String> = options.hosts.clone();
        if hosts.is_empty() {
            for integration in &self.state.config.integrations {
                if !hosts.contains(&integration.host) {
                    hosts.push(integration.host.clone());
                }
            }
            hosts.sort_by_key(|host| match super::credentials::of(self.state, host) {
                super::credentials::Credentials::Local => 0,
                super::credentials::Credentials::Present => 1,
                _ => 2,
            });
        }
        let named = hosts.into_iter().map(|host| {
            let word = super::credentials::of(self.state, &host).word();
            (host.clone(), format!("{host}{word}"))
        });
        named.collect()
    }

    fn host(&self, field: &Field, host: &str, hosts: &[(String, String)]) -> FieldView {
        let name = format!("host:{}", field.pointer);
        let mut entries: Vec<Entry> = hosts
            .iter()
            .map(|(key, label)| Entry {
                key: key.clone(),
                label: label.clone(),
                is_chosen: key == host,
            })
            .collect();
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
        (part, host): (RepoPart, &str),
        url: &RepoUrl,
        options: &RepoUrlOptions,
    ) -> FieldView {
        let value = url.part(part);
        let allowed = options.allowed(part);
        let is_owner = part == RepoPart::Owner;
        let is_own_host = is_owner && self.state.forges.is_local(host);
        let owners = if is_own_host {
            self.loaded.owners()
        } else {
            Vec::new()
        };
        let view = if allowed.is_empty() {
            // On the portal's own host, what somebody makes is theirs unless they say otherwise.
            let own = owners.first().filter(|_| url.host.is_empty());
            let offer = |owner: String| Offer {
                value: owner,
                label: String::new(),
            };
            View::Line(Line {
                kind: "text",
                value: own.map_or(value, String::as_str).to_owned(),
                offers: owners.clone().into_iter().map(offer).collect(),
                ..Line::default()
            })
        } else {
            let only = allowed.len() == 1;
            let entry = |one: &String| Entry {
                key: one.clone(),
                label: one.clone(),
                is_chosen: one == value || only,
            };
            View::Select(allowed.iter().map(entry).collect())
        };
        let name = format!("{}:{}", part.name(), field.pointer);
        FieldView {
            help: Rich::new(options.help(part)),
            view,
            ..plain(&name, options.label(part))
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

fn line(kind: TextKind, value: &str, placeholder: &str) -> Line {
    let (kind, keyboard) = match kind {
        // A field of the kind `number` would hide from us what is no number.
        TextKind::Number => ("text", "decimal"),
        TextKind::Integer => ("text", "numeric"),
        TextKind::Email => ("email", ""),
        TextKind::Url => ("url", ""),
        TextKind::Date => ("date", ""),
        TextKind::Text | TextKind::Yaml => ("text", ""),
    };
    Line {
        kind,
        keyboard,
        value: value.to_owned(),
        placeholder: placeholder.to_owned(),
        ..Line::default()
    }
}
