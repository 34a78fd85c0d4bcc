//! Values that can be called.

use std::{cell::Cell, mem, rc::Rc};

use super::{
    methods::MethodEntry,
    value::{Value, dismantle},
};

/// A function.
#[derive(Debug, Clone)]
pub(super) enum Function {
    Global(Global),
    /// Index into the template's macros.
    Macro(usize),
    /// The block of the `call` that called this macro: index into the evaluation's callers.
    Caller(usize),
    /// `text.split`, taken but not yet called.
    Method(Rc<Method>),
    /// What `cycler` makes, and what it is asked.
    Cycler(Rc<Cycler>),
    CyclerNext(Rc<Cycler>),
    CyclerReset(Rc<Cycler>),
    Joiner(Rc<Joiner>),
}

/// A function of the language itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    Range,
    Cycler,
    Joiner,
    Always,
    Failure,
}

#[derive(Debug)]
pub(super) struct Method {
    pub(super) receiver: Value,
    pub(super) entry: &'static MethodEntry,
}

#[derive(Debug)]
pub(super) struct Cycler {
    items: Vec<Value>,
    /// How many have been given since the last reset.
    given: Cell<usize>,
}

#[derive(Debug)]
pub(super) struct Joiner {
    separator: Rc<str>,
    has_begun: Cell<bool>,
}

impl Function {
    pub(super) fn cycler(items: Vec<Value>) -> Self {
        let given = Cell::new(0);
        Self::Cycler(Rc::new(Cycler { items, given }))
    }

    pub(super) fn joiner(separator: Rc<str>) -> Self {
        let has_begun = Cell::new(false);
        Self::Joiner(Rc::new(Joiner {
            separator,
            has_begun,
        }))
    }

    /// `cycler.current` and its like.
    pub(super) fn member(&self, key: &str) -> Option<Value> {
        let Self::Cycler(cycler) = self else {
            return None;
        };
        Some(match key {
            "next" => Value::Function(Self::CyclerNext(Rc::clone(cycler))),
            "reset" => Value::Function(Self::CyclerReset(Rc::clone(cycler))),
            "current" => cycler.current(),
            _ => return None,
        })
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Global(a), Self::Global(b)) => a == b,
            (Self::Macro(a), Self::Macro(b)) | (Self::Caller(a), Self::Caller(b)) => a == b,
            (Self::Method(a), Self::Method(b)) => Rc::ptr_eq(a, b),
            (Self::Cycler(a), Self::Cycler(b)) => Rc::ptr_eq(a, b),
            (Self::Joiner(a), Self::Joiner(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Hands over what it holds if nobody else holds it.
    pub(super) fn dismantle_into(self, values: &mut Vec<Value>) {
        match self {
            Self::Method(method) => {
                values.extend(
                    Rc::into_inner(method).map(|mut method| mem::take(&mut method.receiver)),
                );
            }
            Self::Cycler(cycler) | Self::CyclerNext(cycler) | Self::CyclerReset(cycler) => {
                if let Some(mut cycler) = Rc::into_inner(cycler) {
                    values.append(&mut cycler.items);
                }
            }
            _ => {}
        }
    }
}

impl Cycler {
    /// The next item; after the last comes the first.
    pub(super) fn next(&self) -> Value {
        self.given.set(self.given.get() + 1);
        self.current()
    }

    pub(super) fn reset(&self) {
        self.given.set(0);
    }

    fn current(&self) -> Value {
        let given = self.given.get();
        let index = given
            .checked_sub(1)
            .and_then(|index| index.checked_rem(self.items.len()));
        index
            .and_then(|index| self.items.get(index))
            .cloned()
            .unwrap_or(Value::Null)
    }
}

impl Joiner {
    /// Nothing at first, then the separator.
    pub(super) fn next(&self) -> Value {
        if self.has_begun.replace(true) {
            Value::Text(Rc::clone(&self.separator))
        } else {
            Value::text("")
        }
    }
}

impl Drop for Method {
    fn drop(&mut self) {
        dismantle(vec![mem::take(&mut self.receiver)]);
    }
}

impl Drop for Cycler {
    fn drop(&mut self) {
        dismantle(mem::take(&mut self.items));
    }
}
