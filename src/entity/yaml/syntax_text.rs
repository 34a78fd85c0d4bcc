//! Syntax errors within a value: brackets, quotes, block scalars and single characters.

use serde_saphyr::granit_parser::ErrorKind;

use super::{
    site::Site,
    syntax::{Row, after_the_end},
};

/// A bracket that is opened and not closed where it should be.
pub(super) fn unclosed<'a>(kind: &ErrorKind, site: Site<'a>) -> Option<Row<'a>> {
    use ErrorKind as E;
    let (is_map, told_at) = match kind {
        E::UnclosedFlowCollection { open } => (*open == '{', site.at_end()),
        E::MismatchedFlowCollectionEnd { open, .. } => (*open == '{', site),
        E::InvalidIndentation
        | E::InvalidFlowScalarIndent
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofFlowSequence => (is_in_map(site), site),
        _ => return None,
    };
    let end = if is_map { '}' } else { ']' };
    Some(Row::new(
        format!(
            "{} in block collection must be sufficiently indented and end with a {end}",
            if is_map { "Flow map" } else { "Flow sequence" },
        ),
        told_at,
        "A bracket is opened and not closed before the next key or the document's end.",
        "Close the bracket; or put the value in quotes, if the bracket is text.",
    ))
}

/// Whether the last bracket opened is a `{`.
fn is_in_map(site: Site<'_>) -> bool {
    site.last_before(['[', '{'])
        .is_some_and(|open| open.rest().starts_with('{'))
}

/// What stands between `[…]` and `{…}`.
pub(super) fn brackets<'a>(kind: &ErrorKind, site: Site<'a>) -> Option<Row<'a>> {
    use ErrorKind as E;
    let is_map = is_in_map(site);
    let name = if is_map { "flow map" } else { "flow sequence" };
    let row = match kind {
        E::MisplacedFlowCollectionEnd => {
            let is_square = site.rest().starts_with(']');
            let (token, sort) = if is_square {
                (']', "seq")
            } else {
                ('}', "map")
            };
            Row::new(
                format!("Unexpected flow-{sort}-end token in YAML stream: \"{token}\""),
                site,
                "A bracket is closed that was not opened.",
                "Remove it; or put the value in quotes, if the bracket is text.",
            )
        }
        E::BlockEntryInFlowCollection => Row::new(
            "Block collections are not allowed within flow collections",
            site,
            "A dash and a space begin a list with dashes, which cannot stand between brackets.",
            "Put the value in quotes, if it is text; a template (`{{…}}`) is YAML only once it is filled in.",
        ),
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => Row::new(
            format!(
                "Missing {} between {name} items",
                if is_map { "," } else { ", or :" }
            ),
            site,
            "Two entries between brackets stand side by side without a comma.",
            "Put a comma between them; or put the value in quotes, if the bracket is text.",
        ),
        E::UnexpectedEofImplicitFlowMapping => Row::new(
            format!("Unexpected , in {name}"),
            site,
            "Between brackets, a comma follows nothing.",
            "Remove the comma, or put a value before it.",
        ),
        _ => return None,
    };
    Some(row)
}

/// Quoted text.
pub(super) fn quotes<'a>(kind: &ErrorKind, site: Site<'a>) -> Option<Row<'a>> {
    use ErrorKind as E;
    let row = match kind {
        E::InvalidQuotedScalarIndent
        | E::UnclosedQuotedScalar
        | E::DocumentIndicatorInQuotedScalar => unclosed_quote(site),
        E::InvalidTrailingDoubleQuotedScalar | E::InvalidTrailingSingleQuotedScalar => Row::new(
            "Unexpected scalar at node end",
            site,
            "Text follows the closing quote.",
            "Put all of it in quotes; a quote within the text is written twice in '…' and as \\\" in \"…\".",
        ),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidUnicodeEscape => Row::new(
            "Invalid escape sequence",
            site,
            "In double quotes a backslash begins an escape, and this one is none that YAML knows.",
            "Use single quotes, in which a backslash is a backslash, or write it twice.",
        ),
        _ => return None,
    };
    Some(row)
}

/// Text without quotes, block scalars and single characters.
pub(super) fn text<'a>(kind: &ErrorKind, site: Site<'a>) -> Option<Row<'a>> {
    use ErrorKind as E;
    let row = match kind {
        E::UnexpectedCharacter { character } => character_row(*character, site),
        E::UnexpectedEofBlockMapping if site.rest().starts_with(',') => character_row(',', site),
        E::CommentInterceptedScalar => after_the_end(site),
        E::MissingAnchorOrAliasName => Row::new(
            if site.rest().starts_with('*') {
                "Alias cannot be an empty string"
            } else {
                "Anchor cannot be an empty string"
            },
            site,
            "A value that begins with `*` or `&` is a reference to another, and no name follows.",
            "Put the value in quotes, if the character is text.",
        ),
        E::UndeclaredTagHandle => Row::new(
            format!("Could not resolve tag: {}", site.token()),
            site,
            "A value that begins with `!` has a tag, and this one's first part is declared nowhere.",
            "Put the value in quotes, if the `!` is text; or remove the tag.",
        ),
        E::InvalidBlockScalarHeader => Row::new(
            format!(
                "Block scalar header includes extra characters: {}",
                site.token()
            ),
            site,
            "Behind `|` or `>` only `+`, `-` and a digit may follow on the line.",
            "Begin the text on the next line; or put the value in quotes, if the character is text.",
        ),
        E::TabAtBlockScalarStart | E::InvalidBlockScalarIndent | E::ZeroBlockScalarIndent => {
            Row::new(
                "Block scalar values in collections must be indented",
                site,
                "The text under `|` or `>` is not indented evenly with spaces.",
                "Indent all its lines by the same number of spaces.",
            )
        }
        E::CommentNotSeparated => Row::new(
            "Comments must be separated from other tokens by white space characters",
            site,
            "A `#` directly behind a value begins no comment and cannot be part of it.",
            "Put a space before the `#`.",
        ),
        _ => return None,
    };
    Some(row)
}

fn unclosed_quote(site: Site<'_>) -> Row<'_> {
    let quote = site.last_before(['\'', '"']);
    let is_single = quote.is_some_and(|quote| quote.rest().starts_with('\''));
    Row::new(
        format!(
            "Missing closing {}quote",
            if is_single { '\'' } else { '"' }
        ),
        site.at_end(),
        "A quote is opened and not closed, or its text goes on without being indented.",
        "Close the quote; a quote within the text is written twice in '…' and as \\\" in \"…\".",
    )
    .shown_at(quote)
}

fn character_row(character: char, site: Site<'_>) -> Row<'_> {
    let sort = match character {
        '%' => "directive indicator character",
        '@' | '`' => "reserved character",
        ',' | '[' | ']' | '{' | '}' => "flow indicator character",
        _ => {
            return Row::new(
                format!("Unexpected character {}", character.escape_unicode()),
                site,
                "The text holds an invisible control character, which YAML does not allow.",
                "Delete it; in double quotes it can be written as an escape, such as \\x1b.",
            );
        }
    };
    Row::new(
        format!("Plain value cannot start with {sort} {character}"),
        site,
        "A value without quotes cannot begin with this character.",
        "Put the value in quotes.",
    )
}
