//! Which runs an address asks for.

use super::super::params::Params;
use crate::{clock::UnixMillis, http::Viewer, store::RunFilter, urls};

/// Runs that can be asked for, by pages or in a file.
pub(super) const MAX_ROWS: u32 = 10_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// States by which runs are filtered: the word of the address, those it stands for, what it is called.
pub(super) const STATES: [(&str, &[&str], &str); 4] = [
    ("running", &["open", "processing"], "Running"),
    ("waiting", &["waiting"], "Waiting"),
    ("completed", &["completed"], "Completed"),
    ("failed", &["failed"], "Failed"),
];
/// Times by which runs are filtered: the word of the address, days, what it is called.
pub(super) const TIMES: [(&str, i64, &str); 4] = [
    ("1d", 1, "The last day"),
    ("7d", 7, "The last 7 days"),
    ("30d", 30, "The last 30 days"),
    ("90d", 90, "The last 90 days"),
];

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// A word of [`STATES`].
    pub(super) status: String,
    /// Ref of a template.
    pub(super) template: String,
    /// Ref of a user, or `me`.
    pub(super) by: String,
    /// A word of [`TIMES`].
    pub(super) since: String,
}

impl Wanted {
    pub(super) fn new(params: &Params) -> Self {
        let text = |name| params.text(name).to_owned();
        Self {
            status: text("status"),
            template: text("template"),
            by: text("by"),
            since: text("since"),
        }
    }

    /// As the store is asked.
    pub(super) fn filter(&self, viewer: &Viewer, now: UnixMillis) -> RunFilter {
        let state = STATES.iter().find(|(word, ..)| *word == self.status);
        let days = TIMES.iter().find(|(word, ..)| *word == self.since);
        let one = |text: &str| -> Vec<String> {
            let given = (!text.is_empty()).then(|| text.to_owned());
            given.into_iter().collect()
        };
        RunFilter {
            created_by: match self.by.as_str() {
                "me" => vec![me(viewer)],
                by => one(by),
            },
            status: state.map_or_else(Vec::new, |(_, all, _)| {
                all.iter().map(|one| (*one).to_owned()).collect()
            }),
            template_ref: one(&self.template),
            since: days.map(|(_, days, _)| UnixMillis(now.0 - days * DAY_MS)),
            with_undo_runs: true,
            ..RunFilter::default()
        }
    }

    /// The address with this one value changed.
    pub(super) fn with(&self, path: &str, (name, value): (&str, &str)) -> String {
        let all = [
            ("status", self.status.as_str()),
            ("template", &self.template),
            ("by", &self.by),
            ("since", &self.since),
        ];
        let mut pairs: Vec<(&str, &str)> = all
            .into_iter()
            .map(|(key, text)| (key, if key == name { value } else { text }))
            .collect();
        if name == "page" {
            pairs.push((name, value));
        }
        pairs.retain(|(_, text)| !text.is_empty());
        urls::with_query(path, &pairs)
    }

    /// Whether everything is asked for.
    pub(super) fn is_empty(&self) -> bool {
        [&self.status, &self.template, &self.by, &self.since]
            .into_iter()
            .all(String::is_empty)
    }
}

/// The ref of who looks; of nobody there is if they have not signed in.
fn me(viewer: &Viewer) -> String {
    let user = viewer.user().ok();
    user.map_or_else(String::new, |user| user.entity_ref.as_str().to_owned())
}
