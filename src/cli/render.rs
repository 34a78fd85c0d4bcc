//! Prints a finding as a compiler does: what, where, the line with a mark under it, why, and what to do.

use std::ops::Range;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};

use crate::entity::{Diagnostic, Position, Severity};

/// Columns the text may fill.
const WIDTH: usize = 100;

/// How the output may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Colours and lines, for a terminal.
    Colour,
    /// Lines only, for files and logs.
    Plain,
}

/// A finding about a file, whose whole text is `source`.
#[must_use]
pub fn render(finding: &Diagnostic, file: &str, source: &str, style: Style) -> String {
    let theme = match style {
        Style::Colour => GraphicalTheme::unicode(),
        Style::Plain => GraphicalTheme::unicode_nocolor(),
    };
    let severity = match finding.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    };
    let shown = MietteDiagnostic::new(headline(finding, file))
        .with_severity(severity)
        .with_help(format!("{}\n{}", finding.reason, finding.mend));
    let report = match finding.position {
        Some(at) => {
            // miette would count columns in bytes.
            let name = format!("{file}:{}:{}", at.line, at.column);
            let mark = LabeledSpan::new_with_span(None, byte_span(source, at));
            Report::new(shown.with_label(mark))
                .with_source_code(NamedSource::new(name, source.to_owned()))
        }
        None => Report::new(shown),
    };
    let mut text = String::new();
    let printed = GraphicalReportHandler::new_themed(theme)
        .with_width(WIDTH)
        .with_links(false)
        .without_primary_span_start()
        .without_syntax_highlighting()
        .render_report(&mut text, report.as_ref());
    match printed {
        Ok(()) => text,
        // A place outside the text, which `byte_span` does not make: better no excerpt than no finding.
        Err(_) => format!("{report}\n{}\n{}\n", finding.reason, finding.mend),
    }
}

/// Severity, name and message on one line. Backstage's own words about the place and its excerpt are left out.
fn headline(finding: &Diagnostic, file: &str) -> String {
    let severity = match finding.severity {
        Severity::Error => "error: ",
        Severity::Warning => "warning: ",
    };
    let mut parts = vec![severity];
    if finding.position.is_none() {
        parts.extend([file, ": "]);
    }
    if finding.name != "Error" {
        parts.extend([&finding.name, ": "]);
    }
    let message = finding.message.lines().next().unwrap_or_default();
    let is_about_yaml = message.starts_with("YAMLParseError");
    let place = message.rfind(" at line ").filter(|_| is_about_yaml);
    parts.push(&message[..place.unwrap_or(message.len())]);
    parts.concat()
}

/// The bytes a position covers.
fn byte_span(source: &str, position: Position) -> Range<usize> {
    let before = position.line.saturating_sub(1) as usize;
    let start: usize = source
        .split_inclusive('\n')
        .take(before)
        .map(str::len)
        .sum();
    let line = source[start..].lines().next().unwrap_or_default();
    let skipped = position.column.saturating_sub(1) as usize;
    // A byte-order mark has no column.
    let skipped = skipped + usize::from(line.starts_with('\u{feff}'));
    let ends = |characters: usize| {
        let end = line.char_indices().nth(characters);
        start + end.map_or(line.len(), |(at, _)| at)
    };
    ends(skipped)..ends(skipped + position.length as usize)
}

#[cfg(test)]
mod tests {
    use super::{Style, render};
    use crate::entity::{
        Diagnostic, FaultScope, Position, Severity, parse_document, split_documents,
    };

    fn first_fault(source: &str) -> Diagnostic {
        let parse = |raw| parse_document(raw, false).err();
        split_documents(source).iter().find_map(parse).unwrap()
    }

    #[test]
    fn a_fault_is_shown_under_its_line() {
        let source = "kind: Component\n---\na: 1\nté: b: c\nd: 2\n";
        let shown = render(
            &first_fault(source),
            "catalog-info.yaml",
            source,
            Style::Plain,
        );
        insta::assert_snapshot!(shown, @r#"
 × error: YAMLParseError: Nested mappings are not allowed in compact mappings
  ╭─[catalog-info.yaml:4:6]
3 │ a: 1
4 │ té: b: c
  ·      ─
5 │ d: 2
  ╰────
 help: The value holds a colon followed by a space or the line's end, which would begin a mapping
       within it.
       Put the whole value in quotes.
"#);
    }

    #[test]
    fn a_fault_without_a_place_shows_the_file() {
        let finding = Diagnostic {
            severity: Severity::Warning,
            scope: FaultScope::Entity,
            name: "InputError".to_owned(),
            message: "It will not do".to_owned(),
            cause: None,
            reason: "It is a test.".to_owned(),
            mend: "Nothing.".to_owned(),
            path: None,
            position: None,
        };
        insta::assert_snapshot!(render(&finding, "a.yaml", "", Style::Plain), @r#"
⚠ warning: a.yaml: InputError: It will not do
help: It is a test.
      Nothing.
"#);
    }

    #[test]
    fn places_beyond_the_text_are_shown_at_its_end() {
        let mut finding = first_fault("a: [");
        for (line, column, length) in [(1, 5, 1), (2, 1, 1), (99, 99, 99), (0, 0, 0)] {
            finding.position = Some(Position {
                line,
                column,
                length,
            });
            for source in ["a: [", "", "\u{feff}é\r\n"] {
                let shown = render(&finding, "a.yaml", source, Style::Colour);
                assert!(shown.contains("a.yaml"), "{shown}");
            }
        }
    }
}
