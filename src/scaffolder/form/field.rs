//! The questions of a page, ready to be asked: what each is called, how it is answered, and what was answered.

use serde_json::Value;

use super::{
    picker::Picker,
    repo_url::{RepoUrl, RepoUrlOptions},
};

/// A question.
#[derive(Debug, Clone)]
pub struct Field {
    /// JSON pointer of the answer: the name of the field.
    pub pointer: String,
    /// What it is called.
    pub label: String,
    /// What is said about it; Markdown.
    pub description: String,
    /// What helps to answer; Markdown.
    pub help: String,
    /// What the portal has to say about it; may be empty.
    pub note: String,
    /// Whether it must be answered.
    pub is_required: bool,
    /// Whether one begins here.
    pub is_focused: bool,
    /// Whether the answer decides what else is asked.
    pub steers: bool,
    /// Whether it can be answered.
    pub state: FieldState,
    /// How the answer is shown when answers are looked through.
    pub review: Review,
    /// How it is answered.
    pub control: Control,
}

/// Whether a field can be answered.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldState {
    /// Yes.
    Open,
    /// It can be read, and its answer counts: the one given here, if it has none yet.
    ReadOnly(Option<Value>),
    /// The same, greyed out.
    Disabled(Option<Value>),
}

/// How an answer is shown when answers are looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Review {
    /// As it is.
    Shown,
    /// As this.
    Masked(String),
    /// Not at all.
    LeftOut,
}

/// How a question is answered.
#[derive(Debug, Clone)]
pub enum Control {
    /// By a line of text.
    Text {
        /// What the text means.
        kind: TextKind,
        /// What was answered.
        value: String,
        /// An example.
        placeholder: String,
    },
    /// By some lines of text.
    Area {
        /// What the text means.
        kind: TextKind,
        /// What was answered.
        value: String,
        /// An example.
        placeholder: String,
        /// How many lines are seen.
        rows: u64,
    },
    /// By yes or no.
    Check {
        /// Whether it is yes.
        is_checked: bool,
        /// Whether no is an answer, too: without it, an empty box says nothing.
        says_no: bool,
    },
    /// By choosing.
    Choice {
        /// How the choices look.
        look: Look,
        /// The choices.
        options: Vec<Choice>,
    },
    /// By naming something the portal knows.
    Pick {
        /// What.
        picker: Picker,
        /// What was answered.
        value: String,
        /// An example.
        placeholder: String,
    },
    /// By naming a repository.
    RepoUrl {
        /// What was answered.
        url: RepoUrl,
        /// What is allowed.
        options: RepoUrlOptions,
    },
    /// By something nobody may read: it goes to the run's secrets, under the name of the field.
    Secret {
        /// Whether it was answered.
        is_kept: bool,
    },
    /// By something that is not shown, but is an answer like others.
    Password {
        /// Whether it was answered.
        is_kept: bool,
    },
    /// Not by anybody: it has this value, if it has none yet.
    Hidden(Option<Value>),
    /// By several fields.
    Group(Vec<Field>),
    /// By any number of fields.
    List {
        /// The fields.
        items: Vec<Field>,
        /// Whether there can be one more.
        can_add: bool,
        /// Whether there can be one fewer.
        can_remove: bool,
    },
    /// By choosing what is asked, and answering that.
    Variants {
        /// What can be asked.
        options: Vec<Choice>,
        /// What is asked.
        fields: Vec<Field>,
    },
}

/// What a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Itself.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// An address for mail.
    Email,
    /// A URL.
    Url,
    /// A day.
    Date,
    /// A value of any shape, in YAML.
    Yaml,
}

/// How choices look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A list to open, with nothing chosen at first.
    Select,
    /// Buttons side by side.
    Radio,
    /// Boxes, of which several can be checked.
    Checkboxes,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What the form sends.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// What the answer is.
    pub value: Value,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

impl Field {
    /// The fields in it.
    #[must_use]
    pub fn fields(&self) -> &[Self] {
        match &self.control {
            Control::Group(fields)
            | Control::List { items: fields, .. }
            | Control::Variants { fields, .. } => fields,
            _ => &[],
        }
    }

    /// Itself and every field in it, outer ones first.
    pub fn all(&self) -> Vec<&Self> {
        let inner = self.fields().iter().flat_map(Self::all);
        std::iter::once(self).chain(inner).collect()
    }
}

/// Every field of a page, outer ones first.
pub fn all_fields(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().flat_map(Field::all)
}
