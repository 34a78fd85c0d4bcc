//! The controls of single answers, and what they offer.

use super::{
    field::{Drawing, entries},
    host_offers::Offered,
    view::{Entry, Line, Offer, View},
};
use crate::{
    scaffolder::form::{Control, Field, Look, Picker, TextKind, suggestions},
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
        if let Some(offered) = self.offers.of_picker(picker, value) {
            return View::Line(Line {
                placeholder: placeholder.to_owned(),
                ..self.offered_line(value, offered)
            });
        }
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
        View::Line(Line {
            kind: "text",
            value: value.to_owned(),
            placeholder: placeholder.to_owned(),
            offers: offered.into_iter().map(Offer::from).collect(),
            more: are_more.then(|| urls::template_look(&self.loaded.entity_ref)),
            ..Line::default()
        })
    }

    /// A line of text that a Git host is asked for.
    pub(super) fn offered_line(&self, value: &str, offered: Offered) -> Line {
        Line {
            kind: "text",
            value: value.to_owned(),
            offers: offered.offers,
            more: Some(urls::template_look(&self.loaded.entity_ref)),
            lookup: Some(offered.why_none),
            ..Line::default()
        }
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
