//! Fields of a form as a page shows them: labels, ids, controls. Values ready to show; no rule.

use askama::{Template, filters::HtmlSafe};

use super::rich::Rich;
use crate::{pages::code::Prose, scaffolder::form::Suggestion};

/// A question: `{{ field }}` in a template. A list or a group holds others.
#[derive(Debug, Clone, Template)]
#[template(path = "create/field.html")]
pub(super) struct FieldView {
    /// Its id; other ids of the field begin with it.
    pub(super) id: String,
    /// Its name in the form: a JSON pointer.
    pub(super) name: String,
    /// What it is called.
    pub(super) label: String,
    /// What is said about it.
    pub(super) description: Rich,
    /// What helps to answer.
    pub(super) help: Rich,
    /// What the portal has to say about it.
    pub(super) note: Prose,
    /// What is wrong with the answer; empty if nothing is.
    pub(super) fault: String,
    /// Whether it must be answered.
    pub(super) is_required: bool,
    /// Whether one begins here.
    pub(super) is_focused: bool,
    /// How far it can be answered.
    pub(super) lock: Lock,
    /// Where to ask what else is asked, once this is answered; `None`: nothing depends on it.
    pub(super) follow: Option<String>,
    /// How it is answered.
    pub(super) view: View,
}

impl HtmlSafe for FieldView {}

/// How far a field can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// At will.
    Open,
    /// It is only read.
    ReadOnly,
    /// It is greyed out.
    Disabled,
}

/// How a question is answered.
#[derive(Debug, Clone)]
pub(super) enum View {
    /// A line of text.
    Line(Line),
    /// Some lines of text.
    Area {
        /// What was answered.
        value: String,
        /// An example.
        placeholder: String,
        /// How many are seen.
        rows: u64,
        /// Whether letters stand one below the other.
        is_code: bool,
    },
    /// One box.
    Check {
        /// Whether it is checked.
        is_checked: bool,
    },
    /// A list to open.
    Select(Vec<Entry>),
    /// Buttons side by side.
    Radios(Vec<Entry>),
    /// Boxes.
    Boxes(Vec<Entry>),
    /// Something nobody may read.
    Secret {
        /// Whether it was answered.
        is_kept: bool,
        /// Whether the portal can keep it.
        can_keep: bool,
    },
    /// A host and the parts of a repository's address there.
    Parts(Vec<FieldView>),
    /// A value that is not asked but sent along.
    Given(String),
    /// Fields under one heading.
    Group(Vec<FieldView>),
    /// Any number of fields.
    List {
        /// The places.
        items: Vec<Item>,
        /// Whether there can be one more.
        can_add: bool,
        /// Whether each place is a form of its own.
        are_forms: bool,
    },
    /// What is asked, by choice.
    Variants {
        /// The name of the choice.
        choice: String,
        /// What can be asked.
        options: Vec<Entry>,
        /// What is asked.
        fields: Vec<FieldView>,
    },
}

/// A line of text.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// `text`, `email`, `url`, `date`
    pub(super) kind: &'static str,
    /// Which keyboard a phone shows; empty: any.
    pub(super) keyboard: &'static str,
    /// What was answered.
    pub(super) value: String,
    /// An example.
    pub(super) placeholder: String,
    /// What is offered.
    pub(super) offers: Vec<Offer>,
    /// Where to ask for more than is offered at first.
    pub(super) more: Option<String>,
    /// Where a Git host is asked: why it offers nothing; may be empty.
    pub(super) lookup: Option<String>,
}

/// An answer that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// The answer.
    pub(super) value: String,
    /// What it is called; may be empty.
    pub(super) label: String,
}

impl Offer {
    /// One that is called by its name.
    pub(super) fn named(value: String) -> Self {
        Self {
            value,
            label: String::new(),
        }
    }
}

impl From<Suggestion> for Offer {
    fn from(one: Suggestion) -> Self {
        Self {
            value: one.value,
            label: one.label,
        }
    }
}

/// Something to choose.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// What the form sends.
    pub(super) key: String,
    /// What it is called.
    pub(super) label: String,
    /// Whether it is chosen.
    pub(super) is_chosen: bool,
}

/// A place of a list.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// What is asked there.
    pub(super) field: FieldView,
    /// What the button sends that takes it out; `None`: it stays.
    pub(super) remove: Option<String>,
}

impl FieldView {
    /// Whether several controls answer it: they stand in a group with a legend.
    fn is_group(&self) -> bool {
        matches!(
            self.view,
            View::Radios(_)
                | View::Boxes(_)
                | View::Parts(_)
                | View::Group(_)
                | View::List { .. }
                | View::Variants { .. }
        )
    }

    /// Whether it is answered by choosing among what is in sight.
    fn is_choice(&self) -> bool {
        matches!(self.view, View::Radios(_) | View::Boxes(_))
    }

    /// Whether a heading is needed: a group without a name is none.
    fn is_bare(&self) -> bool {
        self.label.is_empty()
    }

    /// Ids of what describes the control, for who cannot see it.
    fn described_by(&self) -> String {
        let parts = [
            (!self.description.is_empty()).then_some("about"),
            (!self.help.is_empty() || !self.note.is_empty()).then_some("help"),
            Some("fault"),
            matches!(&self.view, View::Line(line) if line.lookup.is_some()).then_some("offered"),
        ];
        let ids = parts.into_iter().flatten();
        let ids: Vec<String> = ids.map(|part| format!("{}-{part}", self.id)).collect();
        ids.join(" ")
    }

    /// Whether a list to open has an empty place: where nothing is chosen, or nothing need be.
    fn wants_blank(&self, options: &[Entry]) -> bool {
        !self.is_required || !options.iter().any(|option| option.is_chosen)
    }

    /// What is the same in every control, as attributes. Everything in it is ours.
    fn locked(&self) -> &'static str {
        match self.lock {
            Lock::Open => "",
            Lock::ReadOnly => " readonly",
            Lock::Disabled => " disabled",
        }
    }
}

/// The id of a field: its pointer in letters that selectors take as they are.
pub(super) fn id_of(pointer: &str) -> String {
    use std::fmt::Write as _;
    let mut id = String::from("f");
    for byte in pointer.bytes() {
        match byte {
            b'/' => id.push_str("--"),
            byte if byte.is_ascii_alphanumeric() => id.push(char::from(byte)),
            // Writing to a text cannot fail.
            byte => drop(write!(id, "_{byte:02x}")),
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn ids_are_plain_and_tell_pointers_apart() {
        for (pointer, id) in [
            ("", "f"),
            ("/repoUrl", "f--repoUrl"),
            ("/list/0/a-b", "f--list--0--a_2db"),
            ("host:/a", "fhost_3a--a"),
        ] {
            assert_eq!(id_of(pointer), id);
        }
    }
}
