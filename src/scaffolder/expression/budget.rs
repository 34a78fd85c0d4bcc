//! How much a template may do. Everything is charged before it is done, so a hostile template ends with an
//! error and not with a full machine.

use std::cell::Cell;

use super::error::{Fault, Result};

/// Longest template, in bytes.
pub(super) const MAX_SOURCE: usize = 4 * 1024 * 1024;
/// Deepest nesting that is parsed: of tags, and of parentheses and signs within them.
pub(super) const MAX_SYNTAX_DEPTH: usize = 100;
/// Most operators, filters, calls and members of one expression that lean on each other.
pub(super) const MAX_EXPRESSION_DEPTH: usize = 200;
/// Deepest nesting of values that is walked: printed, compared, copied.
pub(super) const MAX_VALUE_DEPTH: usize = 100;
/// Most bytes a template may put out.
pub(super) const MAX_OUTPUT: usize = 16 * 1024 * 1024;

/// Most steps of an evaluation. Ours are no smaller than those of Backstage's engine, which stops at a million.
const MAX_WORK: usize = 2_000_000;
/// Most bytes an evaluation may make on its way, kept or not.
const MAX_MADE: usize = 64 * 1024 * 1024;
/// Deepest nesting of blocks, calls and parts of expressions while they are evaluated, as in Backstage's engine.
const MAX_DEPTH: usize = 512;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Budget {
    work: Cell<usize>,
    made: Cell<usize>,
    depth: Cell<usize>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            work: Cell::new(MAX_WORK),
            made: Cell::new(MAX_MADE),
            depth: Cell::new(MAX_DEPTH),
        }
    }

    /// Charges steps.
    pub(super) fn work(&self, steps: usize) -> Result<()> {
        take(&self.work, steps).ok_or_else(|| {
            Fault::new(format!(
                "The template does too much: more than {MAX_WORK} steps"
            ))
        })
    }

    /// Charges bytes that are about to be made.
    pub(super) fn make(&self, bytes: usize) -> Result<()> {
        take(&self.made, bytes).ok_or_else(|| {
            Fault::new(format!(
                "The template makes too much: more than {} MiB of values",
                MAX_MADE >> 20
            ))
        })
    }

    /// Goes one level deeper, until the guard is dropped.
    pub(super) fn deeper(&self) -> Result<Deeper<'_>> {
        take(&self.depth, 1).ok_or_else(|| {
            Fault::new(format!("The template nests deeper than {MAX_DEPTH} levels"))
        })?;
        Ok(Deeper(&self.depth))
    }
}

fn take(left: &Cell<usize>, amount: usize) -> Option<()> {
    left.set(left.get().checked_sub(amount)?);
    Some(())
}

/// One level of nesting.
#[derive(Debug)]
pub(super) struct Deeper<'a>(&'a Cell<usize>);

impl Drop for Deeper<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}
