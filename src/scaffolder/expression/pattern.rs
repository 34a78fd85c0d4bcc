//! Regular expressions, written for JavaScript and run by an engine whose time is linear.
//!
//! Look-around and back-references are not possible there; they are refused when the template is parsed.

use std::{cell::Cell, fmt, rc::Rc};

use regex::{Regex, RegexBuilder};

use super::{
    budget::Budget,
    error::{Fault, Result},
    replacement::{Place, expand},
    translate::translate,
};

/// Longest pattern, in bytes.
const MAX_LENGTH: usize = 1000;
/// Most memory a compiled pattern may take, in bytes.
const MAX_SIZE: usize = 1 << 18;
/// How much text is searched for one step of the budget: every search may look at all of it.
const BYTES_A_STEP: usize = 128;

/// A regular expression with its flags.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    source: Rc<str>,
    flags: Rc<str>,
    /// Where `test` goes on, in bytes, if the flag `g` or `y` is set.
    last: Cell<usize>,
}

impl Pattern {
    /// Compiles `r/source/flags`.
    pub(super) fn new(source: &str, flags: &str) -> Result<Self> {
        let is_repeated = |flag: char| flags.matches(flag).count() > 1;
        if let Some(flag) = flags
            .chars()
            .find(|&c| !"gimy".contains(c) || is_repeated(c))
        {
            return Err(Fault::new(format!(
                "A pattern has the flags g, i, m and y, each once; not `{flag}` here"
            )));
        }
        if source.len() > MAX_LENGTH {
            let told = format!("A pattern may have {MAX_LENGTH} bytes");
            return Err(Fault::new(told));
        }
        let translated = translate(source, flags.contains('m'))?;
        let regex = RegexBuilder::new(&translated)
            .case_insensitive(flags.contains('i'))
            .size_limit(MAX_SIZE)
            .nest_limit(50)
            .build()
            .map_err(|fault| refused(&fault))?;
        Ok(Self {
            regex,
            source: source.into(),
            flags: flags.into(),
            last: Cell::new(0),
        })
    }

    /// The same pattern, which has not been used yet.
    pub(super) fn restarted(&self) -> Self {
        Self {
            regex: self.regex.clone(),
            source: Rc::clone(&self.source),
            flags: Rc::clone(&self.flags),
            last: Cell::new(0),
        }
    }

    pub(super) fn is_global(&self) -> bool {
        self.flags.contains('g')
    }

    /// JavaScript's `test`; with `g` or `y` it goes on where it stopped.
    pub(super) fn test(&self, text: &str, budget: &Budget) -> Result<bool> {
        let (is_sticky, is_global) = (self.flags.contains('y'), self.is_global());
        let from = if is_sticky || is_global {
            self.last.get()
        } else {
            0
        };
        budget.work(1 + text.len() / BYTES_A_STEP)?;
        let found = text
            .is_char_boundary(from)
            .then(|| self.regex.find_at(text, from))
            .flatten()
            .filter(|found| !is_sticky || found.start() == from);
        self.last.set(found.map_or(0, |found| found.end()));
        Ok(found.is_some())
    }

    /// The text with the first match replaced, or every one with the flag `g`.
    pub(super) fn replace(
        &self,
        text: &str,
        replacement: &str,
        budget: &Budget,
    ) -> Result<Rc<str>> {
        let mut out = String::new();
        let mut end = 0;
        for captures in self.regex.captures_iter(text) {
            let Some(found) = captures.get(0) else { break };
            budget.work(1 + (text.len() - end) / BYTES_A_STEP)?;
            let before = out.len();
            out.push_str(&text[end..found.start()]);
            let place = Place {
                text,
                found: found.range(),
                groups: Some(&captures),
            };
            expand(replacement, &place, &mut out, budget)?;
            budget.make(out.len() - before)?;
            end = found.end();
            if !self.is_global() {
                break;
            }
        }
        budget.work(1 + text.len() / BYTES_A_STEP)?;
        budget.make(text.len() - end)?;
        out.push_str(&text[end..]);
        Ok(out.into())
    }

    /// The parts between the matches, and what the groups matched, as JavaScript's `split` has them.
    pub(super) fn split(&self, text: &str, budget: &Budget) -> Result<Vec<Option<String>>> {
        if text.is_empty() {
            let whole = (!self.test_whole_empty()).then(|| Some(String::new()));
            return Ok(whole.into_iter().collect());
        }
        let mut parts = Vec::new();
        let mut start = 0;
        for captures in self.regex.captures_iter(text) {
            let Some(found) = captures.get(0) else { break };
            budget.work(1 + (text.len() - start) / BYTES_A_STEP)?;
            // A match of nothing splits only between two characters.
            if found.end() == start || found.start() >= text.len() {
                continue;
            }
            budget.make(found.start() - start + size_of::<String>())?;
            parts.push(Some(text[start..found.start()].to_owned()));
            for group in captures.iter().skip(1) {
                budget.make(size_of::<String>() + group.map_or(0, |group| group.len()))?;
                parts.push(group.map(|group| group.as_str().to_owned()));
            }
            start = found.end();
        }
        budget.make(text.len() - start)?;
        parts.push(Some(text[start..].to_owned()));
        Ok(parts)
    }

    fn test_whole_empty(&self) -> bool {
        self.regex.find("").is_some()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.source, self.flags)
    }
}

fn refused(fault: &regex::Error) -> Fault {
    match fault {
        regex::Error::CompiledTooBig(_) => Fault::new("This pattern is too large"),
        _ => {
            Fault::new("This pattern cannot be read, or uses what only back-tracking engines have")
        }
    }
}
