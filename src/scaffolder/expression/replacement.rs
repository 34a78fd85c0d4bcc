//! What `$1`, `$<name>`, `$&`, `` $` ``, `$'` and `$$` mean in the replacement of a match.

use std::ops::Range;

use regex::Captures;

use super::{budget::Budget, error::Result};

/// What was found, and where.
pub(super) struct Place<'t> {
    pub(super) text: &'t str,
    pub(super) found: Range<usize>,
    /// None: a plain text was looked for, which has no groups.
    pub(super) groups: Option<&'t Captures<'t>>,
}

/// Writes a replacement.
pub(super) fn expand(
    replacement: &str,
    place: &Place<'_>,
    out: &mut String,
    budget: &Budget,
) -> Result<()> {
    let mut rest = replacement;
    while let Some(dollar) = rest.find('$') {
        budget.work(1)?;
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        let (piece, used) = place.piece(rest).unwrap_or(("$", 0));
        budget.make(piece.len())?;
        out.push_str(piece);
        rest = &rest[used..];
    }
    out.push_str(rest);
    Ok(())
}

impl<'t> Place<'t> {
    /// What the letters behind a `$` stand for, and how many of them are used.
    fn piece(&self, rest: &str) -> Option<(&'t str, usize)> {
        match rest.as_bytes().first()? {
            b'$' => Some(("$", 1)),
            b'&' => Some((&self.text[self.found.clone()], 1)),
            b'`' => Some((&self.text[..self.found.start], 1)),
            b'\'' => Some((&self.text[self.found.end..], 1)),
            b'<' => self.named(rest),
            _ => self.numbered(rest),
        }
    }

    fn named(&self, rest: &str) -> Option<(&'t str, usize)> {
        let end = rest.find('>')?;
        let group = self.groups?.name(&rest[1..end]);
        Some((group.map_or("", |group| group.as_str()), end + 1))
    }

    /// `$12` is the twelfth group if there are so many, else the first and a 2.
    fn numbered(&self, rest: &str) -> Option<(&'t str, usize)> {
        let groups = self.groups?;
        [2, 1].into_iter().find_map(|digits| {
            let number = rest.get(..digits)?;
            let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
            let group: usize = number.parse().ok().filter(|_| is_number)?;
            let is_there = group > 0 && group < groups.len();
            is_there.then(|| (groups.get(group).map_or("", |group| group.as_str()), digits))
        })
    }
}
