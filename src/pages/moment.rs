//! Instants as people read them: relative in the text, exact on hover.

use askama::{Template, filters::HtmlSafe};

use crate::clock::UnixMillis;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An instant, ready to show: `{{ moment }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "partial/moment.html")]
pub(crate) struct Moment {
    /// RFC 3339, for machines.
    pub(crate) datetime: String,
    /// To the second, in UTC.
    pub(crate) exact: String,
    /// `3 h ago`
    pub(crate) relative: String,
}

impl HtmlSafe for Moment {}

impl Moment {
    /// How long before `now` it was.
    #[must_use]
    pub(crate) fn new(at: UnixMillis, now: UnixMillis) -> Self {
        let exact = jiff::Timestamp::from_millisecond(at.0)
            .map(|instant| instant.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
            .unwrap_or_default();
        Self {
            datetime: at.to_string(),
            relative: relative(at, now),
            exact,
        }
    }
}

fn relative(at: UnixMillis, now: UnixMillis) -> String {
    let seconds = now.0.saturating_sub(at.0) / 1000;
    match seconds {
        // Clocks of other machines run ahead by a little.
        i64::MIN..45 => "just now".to_owned(),
        45..HOUR => format!("{} min ago", (seconds / MINUTE).max(1)),
        HOUR..DAY => format!("{} h ago", seconds / HOUR),
        DAY..2_592_000 => match seconds / DAY {
            1 => "yesterday".to_owned(),
            days => format!("{days} days ago"),
        },
        _ => jiff::Timestamp::from_millisecond(at.0)
            .map(|instant| instant.strftime("%-d %b %Y").to_string())
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_until_they_are_a_month_old() {
        let now = UnixMillis(1_795_521_600_000); // 2026-11-24T12:00:00Z
        let cases = [
            (-5, "just now"),
            (0, "just now"),
            (44, "just now"),
            (45, "1 min ago"),
            (60 * 59, "59 min ago"),
            (HOUR, "1 h ago"),
            (DAY - 1, "23 h ago"),
            (DAY, "yesterday"),
            (3 * DAY, "3 days ago"),
            (60 * DAY, "25 Sep 2026"),
        ];
        for (seconds, expected) in cases {
            let at = UnixMillis(now.0 - seconds * 1000);
            assert_eq!(relative(at, now), expected, "{seconds} s");
        }
    }

    #[test]
    fn the_exact_time_is_on_hover() {
        let at = UnixMillis(1_795_521_600_000);
        let html = Moment::new(at, at).to_string();
        assert_eq!(
            html.trim(),
            r#"<time datetime="2026-11-24T12:00:00.000Z" title="2026-11-24 12:00:00 UTC">just now</time>"#
        );
    }
}
