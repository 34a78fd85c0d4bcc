//! From a form's fields to what a page shows of them.

use super::{
    host_offers::HostOffers,
    loaded::Loaded,
    rich::Rich,
    view::{Entry, FieldView, Item, Lock, View, id_of},
};
use crate::{
    http::AppState,
    pages::code::Prose,
    scaffolder::form::{AnswerFault, Choice, Control, Field, FieldState, Look},
    urls,
};

/// What fields are drawn with.
pub(super) struct Drawing<'a> {
    /// The portal.
    pub(super) state: &'a AppState,
    /// The template, and who fills it in.
    pub(super) loaded: &'a Loaded,
    /// What is wrong with the answers.
    pub(super) faults: &'a [AnswerFault],
    /// What Git hosts offer.
    pub(super) offers: &'a HostOffers<'a>,
}

impl Drawing<'_> {
    /// The fields of a page.
    pub(super) fn fields(&self, fields: &[Field]) -> Vec<FieldView> {
        fields
            .iter()
            .filter_map(|field| self.field(field))
            .collect()
    }

    /// A field; `None` for one that is not shown.
    fn field(&self, field: &Field) -> Option<FieldView> {
        if matches!(field.control, Control::Hidden(_)) {
            return None;
        }
        let follow = || urls::template_look(&self.loaded.entity_ref);
        Some(FieldView {
            id: id_of(&field.pointer),
            name: field.pointer.clone(),
            label: field.label.clone(),
            description: Rich::new(&field.description),
            help: Rich::new(&field.help),
            note: Prose::new(&field.note),
            fault: self.fault_of(&field.pointer),
            is_required: field.is_required || is_always_answered(&field.control),
            // Whoever has something to correct begins on top, where that is said.
            is_focused: field.is_focused && self.faults.is_empty(),
            lock: match field.state {
                FieldState::Open => Lock::Open,
                FieldState::ReadOnly(_) => Lock::ReadOnly,
                FieldState::Disabled(_) => Lock::Disabled,
            },
            follow: field.steers.then(follow),
            view: self.view(field),
        })
    }

    fn view(&self, field: &Field) -> View {
        match &field.control {
            Control::Group(fields) => View::Group(self.fields(fields)),
            Control::List {
                items,
                can_add,
                can_remove,
            } => View::List {
                are_forms: items.iter().any(|item| !item.fields().is_empty()),
                items: self.items(items, *can_remove),
                can_add: *can_add,
            },
            Control::Variants { options, fields } => View::Variants {
                choice: format!("choice:{}", field.pointer),
                options: entries(options),
                fields: self.fields(fields),
            },
            _ => self.control(field),
        }
    }

    fn items(&self, items: &[Field], can_remove: bool) -> Vec<Item> {
        let only_one_line = items.len() == 1 && items[0].fields().is_empty();
        let item = |item: &Field| {
            Some(Item {
                field: self.field(item)?,
                remove: (can_remove && !only_one_line).then(|| format!("remove:{}", item.pointer)),
            })
        };
        items.iter().filter_map(item).collect()
    }

    /// What is wrong with the answer at a pointer; empty if nothing is.
    pub(super) fn fault_of(&self, pointer: &str) -> String {
        let found = self.faults.iter().find(|fault| fault.pointer == pointer);
        found.map_or_else(String::new, |fault| fault.message.clone())
    }
}

/// Whether there is an answer whatever one does: it makes no sense to call such a question optional.
fn is_always_answered(control: &Control) -> bool {
    match control {
        Control::Check { .. } | Control::Group(_) => true,
        Control::Choice { look, options } => {
            *look == Look::Radio && options.iter().any(|option| option.is_chosen)
        }
        _ => false,
    }
}

/// Choices as they are shown.
pub(super) fn entries(options: &[Choice]) -> Vec<Entry> {
    let entry = |option: &Choice| Entry {
        key: option.key.clone(),
        label: option.label.clone(),
        is_chosen: option.is_chosen,
    };
    options.iter().map(entry).collect()
}
