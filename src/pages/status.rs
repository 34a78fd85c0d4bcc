//! How something is doing, in one vocabulary: icon, word and colour, never colour alone.

use askama::{Template, filters::HtmlSafe};

/// The six states there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it should be.
    Ok,
    /// On its way.
    Progressing,
    /// Works, with something wrong.
    Degraded,
    /// Does not work.
    Failed,
    /// Nobody knows.
    Unknown,
    /// Stopped on purpose.
    Suspended,
}

impl Tone {
    /// The name of its class and of its icon.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Progressing => "progressing",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Suspended => "suspended",
        }
    }
}

/// A state with its word: `{{ status }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r##"<span class="status {{ tone.name() }}"><svg class="icon" aria-hidden="true"><use href="#i-{{ tone.name() }}"/></svg>{{ word }}</span>"##,
    ext = "html"
)]
pub(crate) struct Status {
    tone: Tone,
    word: String,
}

impl HtmlSafe for Status {}

impl Status {
    /// A state, and what to call it here: `3 refused`.
    #[must_use]
    pub(crate) fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self {
            tone,
            word: word.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Status, Tone};

    #[test]
    fn a_state_has_a_word_and_an_icon_beside_its_colour() {
        let html = Status::new(Tone::Failed, "2 refused").to_string();
        assert_eq!(
            html,
            r##"<span class="status failed"><svg class="icon" aria-hidden="true"><use href="#i-failed"/></svg>2 refused</span>"##
        );
    }
}
