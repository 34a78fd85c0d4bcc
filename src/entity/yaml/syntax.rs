//! Syntax errors in the words of Backstage's parser, and in words that help the file's author.
//!
//! Here: how keys and lists line up. `syntax_text`: brackets, quotes and single characters.

use serde_saphyr::granit_parser::ErrorKind;

use super::{
    fault::Wording,
    site::Site,
    syntax_text::{brackets, quotes, text, unclosed},
};

/// What Backstage says, where it says it is, and the reason and mend.
pub(super) struct Row<'a> {
    told: String,
    told_at: Site<'a>,
    reason: &'static str,
    mend: &'static str,
    /// A better place to show than the parser's.
    shown_at: Option<Site<'a>>,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        told: impl Into<String>,
        told_at: Site<'a>,
        reason: &'static str,
        mend: &'static str,
    ) -> Self {
        Self {
            told: told.into(),
            told_at,
            reason,
            mend,
            shown_at: None,
        }
    }

    pub(super) fn shown_at(self, site: Option<Site<'a>>) -> Self {
        Self {
            shown_at: site,
            ..self
        }
    }
}

/// Puts a syntax error at a place into words.
pub(super) fn wording(kind: &ErrorKind, site: Site<'_>) -> Wording {
    let row = tabs(kind, site)
        .or_else(|| structure(kind, site))
        .or_else(|| unclosed(kind, site))
        .or_else(|| brackets(kind, site))
        .or_else(|| quotes(kind, site))
        .or_else(|| text(kind, site));
    match row {
        Some(row) => Wording {
            told: format!("YAMLParseError: {}", row.told),
            told_at: Some(row.told_at.before().len()),
            shown_at: row.shown_at.map(|site| site.before().len()),
            reason: row.reason.to_owned(),
            mend: row.mend.to_owned(),
        },
        None => other(kind, site),
    }
}

/// The rare ones keep the words of our own parser.
fn other(kind: &ErrorKind, site: Site<'_>) -> Wording {
    let told = kind.to_string();
    Wording {
        reason: format!("The text is no YAML from here on: {told}."),
        told: format!("YAMLParseError: {told}"),
        told_at: Some(site.before().len()),
        shown_at: None,
        mend:
            "Compare the line with those around it; text with special characters belongs in quotes."
                .to_owned(),
    }
}

fn tabs<'a>(kind: &ErrorKind, site: Site<'a>) -> Option<Row<'a>> {
    use ErrorKind as E;
    let is_about_tabs = matches!(
        kind,
        E::TabInBlockIndentation | E::TabNotAllowed | E::TabInIndentation | E::TabInPlainScalar
    );
    let tab = site.tab_in_indentation().filter(|_| is_about_tabs)?;
    let row = Row::new(
        "Tabs are not allowed as indentation",
        tab.at_line_start(),
        "The line is indented with a tab; YAML counts spaces only.",
        "Replace the tab with spaces.",
    );
    Some(row.shown_at(Some(tab)))
}

/// Keys, lists and how they line up.
fn structure<'a>(kind: &ErrorKind, site: Site<'a>) -> Option<Row<'a>> {
    use ErrorKind as E;
    let row = match kind {
        E::MappingValueNotAllowed => second_colon(site),
        E::ExpectedBlockMappingKey if site.before_on_line().trim() == "-" => Row::new(
            "A block sequence may not be used as an implicit map key",
            site.at_line_start(),
            "A list item stands where a key of the mapping above is expected.",
            "Indent the list under its key, or give it a key.",
        ),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry if !site.begins_line() => {
            after_the_end(site)
        }
        E::ExpectedBlockSequenceEntry if site.rest().starts_with("- ") => Row::new(
            "All sequence items must start at the same column",
            site,
            "The list item does not line up with the items above it.",
            "Indent it like them.",
        ),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry => Row::new(
            "All mapping items must start at the same column",
            site.at_line_start(),
            "The line does not line up with the ones it belongs to.",
            "Indent it like the keys or items beside it.",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => Row::new(
            "Implicit map keys need to be followed by map values",
            site.at_text(),
            "The line stands where a key is expected, but has no colon followed by a space.",
            "Write `key: value`; or indent the line, if it goes on with the text above.",
        ),
        E::BlockSequenceEntryNotAllowed => Row::new(
            "Unexpected block-seq-ind on same line with key",
            site,
            "A list with dashes cannot begin behind something else on the line.",
            "Put the `- ` on a line of its own; or put the value in quotes, if the dash is text.",
        ),
        E::ExpectedDocumentStart if !has_directives(site) => after_the_end(site),
        E::ExpectedDocumentStart => Row::new(
            "Missing directives-end/doc-start indicator line",
            site,
            "Directives (`%…`) stand before the document, and no `---` ends them.",
            "Put a line `---` behind the directives.",
        ),
        _ => return None,
    };
    Some(row)
}

/// A colon where no mapping may begin: a second one on a line, or a line that does not line up.
fn second_colon(site: Site<'_>) -> Row<'_> {
    const NESTED: &str = "Nested mappings are not allowed in compact mappings";
    if let Some(value) = site.value_on_line() {
        return Row::new(
            NESTED,
            value,
            "The value holds a colon followed by a space or the line's end, which would begin a mapping within it.",
            "Put the whole value in quotes.",
        );
    }
    let above = site.previous_line().unwrap_or(site);
    let (told, told_at) = match above.value_on_line() {
        Some(value) => (NESTED, value),
        None => ("Implicit keys need to be on a single line", above.at_text()),
    };
    Row::new(
        told,
        told_at,
        "The line begins a key, but is read as the rest of the text above it.",
        "Indent it like the keys beside it; the line above needs a colon, if it is a key.",
    )
}

fn has_directives(site: Site<'_>) -> bool {
    site.before().lines().any(|line| line.starts_with('%'))
}

pub(super) fn after_the_end(site: Site<'_>) -> Row<'_> {
    let sort = match site.rest().chars().next() {
        Some('{') => "flow-map-start",
        Some('[') => "flow-seq-start",
        _ => "scalar",
    };
    Row::new(
        format!("Unexpected {sort} at node end"),
        site,
        "Text follows what is a whole value already.",
        "Put the whole value in quotes.",
    )
}
