//! Text as an editor shows it: numbered lines, light highlighting, findings under the line they belong to.
//!
//! Text and diagnostics in, lines ready to show out. It reads nothing.

mod highlight;
mod prose;

use std::collections::BTreeMap;

use askama::{Template, filters::HtmlSafe};

pub(super) use highlight::{Language, Token};
pub(super) use prose::Prose;

use super::status::Tone;
use crate::entity::{Diagnostic, Severity};

/// Lines on one page: enough for every real catalog file, and still a small page.
pub(super) const MAX_LINES: usize = crate::urls::SOURCE_LINES as usize;

/// A line and what is said under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    /// Its text, in pieces.
    pub(super) tokens: Vec<Token>,
    /// What is wrong with it.
    pub(super) marks: Vec<Mark>,
}

/// A finding, drawn under its line as a compiler does: `{{ mark }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "partial/mark.html")]
pub(super) struct Mark {
    /// Whether the document was refused for it.
    pub(super) is_error: bool,
    /// The line's text before the fault; shown invisibly, so that the carets stand right at any width.
    pub(super) before: String,
    /// `^^^`; empty if the place is not known.
    pub(super) carets: String,
    /// Why.
    pub(super) reason: Prose,
    /// What to do.
    pub(super) mend: Prose,
    /// As Backstage says it.
    pub(super) message: String,
    /// The field, as people write it: `spec.owner`.
    pub(super) field: Option<String>,
}

impl HtmlSafe for Mark {}

impl Mark {
    /// A finding on a line with this text.
    pub(super) fn new(diagnostic: &Diagnostic, line: Option<&str>) -> Self {
        let placed = diagnostic.position.zip(line);
        let (before, carets) = placed.map_or_else(Default::default, |(position, text)| {
            let before = position.column.saturating_sub(1) as usize;
            let room = text.chars().count().saturating_sub(before).max(1);
            (
                text.chars().take(before).collect(),
                "^".repeat((position.length as usize).clamp(1, room)),
            )
        });
        Self {
            is_error: diagnostic.severity == Severity::Error,
            before,
            carets,
            reason: Prose::new(&diagnostic.reason),
            mend: Prose::new(&diagnostic.mend),
            message: diagnostic.message.clone(),
            field: diagnostic.path.as_deref().and_then(field_of),
        }
    }
}

impl Mark {
    /// The state whose colour and icon it has.
    pub(super) fn tone(&self) -> &'static str {
        if self.is_error {
            Tone::Failed.name()
        } else {
            Tone::Degraded.name()
        }
    }
}

/// A JSON pointer as people write it: `/spec/dependsOn/0` is `spec.dependsOn[0]`.
fn field_of(pointer: &str) -> Option<String> {
    let mut field = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            field.push('[');
            field.push_str(&part);
            field.push(']');
        } else {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(&part);
        }
    }
    (!field.is_empty()).then_some(field)
}

/// A finding, and the lines of the document it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finding<'a> {
    /// The finding.
    pub(super) diagnostic: &'a Diagnostic,
    /// First line of the document, from 1: where a finding is shown whose place is not known.
    pub(super) first: usize,
    /// Last line of the document: a fault at the very end (an unclosed quote) lies behind it.
    pub(super) last: usize,
}

/// A part of a text: `{{ excerpt }}` in a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "partial/code.html")]
pub(super) struct Excerpt {
    /// What it is, for screen readers.
    pub(super) label: String,
    /// Whether its lines can be linked to: once a page.
    pub(super) is_linked: bool,
    /// Its lines.
    pub(super) lines: Vec<Line>,
    /// How many lines of the text did not fit on the page.
    pub(super) left_out: usize,
}

impl HtmlSafe for Excerpt {}

impl Excerpt {
    /// `count` lines from `first` (from 1), with the findings on them.
    pub(super) fn new(
        all: &[&str],
        language: Language,
        (first, count): (usize, usize),
        findings: &[Finding<'_>],
    ) -> Self {
        let start = first.saturating_sub(1).min(all.len());
        let shown = &all[start..all.len().min(start + count)];
        let marks = marks_by_line(all, findings);
        let lines = highlight::lines(shown, language)
            .enumerate()
            .map(|(index, tokens)| {
                let number = start + index + 1;
                Line {
                    number,
                    tokens,
                    marks: marks.get(&number).cloned().unwrap_or_default(),
                }
            })
            .collect();
        Self {
            lines,
            ..Self::default()
        }
    }

    /// All of a text, as far as it fits on a page.
    pub(super) fn whole(label: &str, text: &str, language: Language) -> Self {
        let all: Vec<&str> = text.lines().collect();
        Self {
            label: label.to_owned(),
            left_out: all.len().saturating_sub(MAX_LINES),
            ..Self::new(&all, language, (1, MAX_LINES), &[])
        }
    }
}

fn marks_by_line(lines: &[&str], findings: &[Finding<'_>]) -> BTreeMap<usize, Vec<Mark>> {
    let mut marks: BTreeMap<usize, Vec<Mark>> = BTreeMap::new();
    for finding in findings {
        let position = finding.diagnostic.position;
        let wanted = position.map_or(finding.first, |position| position.line as usize);
        let last = finding.last.min(lines.len()).max(finding.first);
        let number = wanted.clamp(finding.first, last);
        let text = lines.get(number - 1).copied().filter(|_| number == wanted);
        marks
            .entry(number)
            .or_default()
            .push(Mark::new(finding.diagnostic, text));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, Finding, Language, field_of};
    use crate::entity::{Diagnostic, FaultScope, Position, Severity};

    fn fault(position: Option<Position>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            scope: FaultScope::Entity,
            name: "InputError".to_owned(),
            message: "bad".to_owned(),
            cause: None,
            reason: "Because.".to_owned(),
            mend: "Mend it.".to_owned(),
            path: Some("/spec/owner".to_owned()),
            position,
        }
    }

    fn marks(text: &str, position: Option<Position>) -> Vec<(usize, String, String)> {
        let diagnostic = fault(position);
        let finding = Finding {
            diagnostic: &diagnostic,
            first: 1,
            last: 2,
        };
        let all: Vec<&str> = text.lines().collect();
        let excerpt = Excerpt::new(&all, Language::Yaml, (1, 10), &[finding]);
        let lines = excerpt.lines.into_iter();
        lines
            .flat_map(|line| line.marks.into_iter().map(move |mark| (line.number, mark)))
            .map(|(number, mark)| (number, mark.before, mark.carets))
            .collect()
    }

    #[test]
    fn carets_stand_under_the_fault() {
        let position = |line, column, length| {
            Some(Position {
                line,
                column,
                length,
            })
        };
        let cases = [
            ("a: 1\n\tö: 22\n", position(2, 5, 2), (2, "\tö: ", "^^")),
            ("a: 1\nb: 22\n", position(2, 4, 99), (2, "b: ", "^^")),
            ("a: 1\nb:\n", position(2, 9, 1), (2, "b:", "^")),
            ("a: 1\nb: 22\n", None, (1, "", "")),
            ("a: 1\n", position(7, 3, 1), (1, "", "")),
        ];
        for (text, position, (line, before, carets)) in cases {
            let expected = vec![(line, before.to_owned(), carets.to_owned())];
            assert_eq!(marks(text, position), expected, "{text:?}");
        }
    }

    #[test]
    fn pointers_are_shown_as_people_write_them() {
        let cases = [
            ("/spec/owner", Some("spec.owner")),
            ("/spec/dependsOn/0", Some("spec.dependsOn[0]")),
            (
                "/metadata/annotations/a.b~1c",
                Some("metadata.annotations.a.b/c"),
            ),
            ("", None),
        ];
        for (pointer, field) in cases {
            assert_eq!(field_of(pointer).as_deref(), field, "{pointer:?}");
        }
    }

    #[test]
    fn a_part_keeps_the_numbers_of_the_whole() {
        let all = ["a", "b", "c", "d"];
        let excerpt = Excerpt::new(&all, Language::Plain, (2, 2), &[]);
        let numbers: Vec<usize> = excerpt.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [2, 3]);
        assert!(
            Excerpt::new(&all, Language::Plain, (9, 2), &[])
                .lines
                .is_empty()
        );
    }

    #[test]
    fn letters_that_mean_something_in_html_are_escaped() {
        let excerpt = Excerpt {
            is_linked: true,
            ..Excerpt::whole("x", "a: <b> & \"c\"\n", Language::Yaml)
        };
        let html = excerpt.to_string();
        assert!(!html.contains("<b>"), "{html}");
        assert!(html.contains("id=\"L1\""), "{html}");
    }
}
