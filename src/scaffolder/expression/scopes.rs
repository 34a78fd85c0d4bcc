//! Which names mean what, where.
//!
//! The context lies at the bottom and is never written. Above it is the top level of the template, then a frame
//! for every loop, macro, block and `call` that is being rendered.

use std::{collections::HashMap, rc::Rc};

use super::{
    budget::Budget,
    error::Result,
    json::from_json,
    number::of_length,
    value::{Map, Value},
};

/// The frame of the template itself.
const TOP: usize = 0;

pub(super) struct Scopes<'t> {
    context: &'t serde_json::Map<String, serde_json::Value>,
    /// What has been taken from the context so far.
    taken: HashMap<Rc<str>, Value>,
    frames: Vec<Frame>,
    current: usize,
}

#[derive(Default)]
struct Frame {
    variables: HashMap<Rc<str>, Value>,
    /// Where names are looked up that are not here.
    parent: Option<usize>,
    /// Whether `set` changes nothing outside.
    is_isolated: bool,
    progress: Option<Progress>,
}

/// How far a loop has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub(super) index: usize,
    pub(super) length: usize,
}

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Sees and changes what is around it.
    Loop,
    /// Sees what is around it, and keeps its own to itself.
    Block,
    /// Sees the top level only.
    Macro,
    /// A block of `call`, which sees what its `call` saw.
    Caller(Place),
}

/// A frame to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

/// Where to go back to when a frame is left.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub(super) struct Return {
    current: usize,
    frames: usize,
}

impl<'t> Scopes<'t> {
    pub(super) fn new(context: &'t serde_json::Map<String, serde_json::Value>) -> Self {
        let top = Frame {
            is_isolated: true,
            ..Frame::default()
        };
        Self {
            context,
            taken: HashMap::new(),
            frames: vec![top],
            current: TOP,
        }
    }

    pub(super) fn here(&self) -> Place {
        Place(self.current)
    }

    pub(super) fn enter(&mut self, purpose: Purpose) -> Return {
        let back = Return {
            current: self.current,
            frames: self.frames.len(),
        };
        let parent = match purpose {
            Purpose::Loop | Purpose::Block => self.current,
            Purpose::Macro => TOP,
            Purpose::Caller(place) => place.0,
        };
        self.frames.push(Frame {
            parent: Some(parent),
            is_isolated: purpose != Purpose::Loop,
            ..Frame::default()
        });
        self.current = self.frames.len() - 1;
        back
    }

    pub(super) fn leave(&mut self, back: Return) {
        self.frames.truncate(back.frames);
        self.current = back.current;
    }

    /// Tells the loop that is being rendered how far it is.
    pub(super) fn progress(&mut self, progress: Progress) {
        if let Some(frame) = self.frames.get_mut(self.current) {
            frame.progress = Some(progress);
            frame.variables.remove("loop");
        }
    }

    /// The value of a name; `None`: it has none.
    pub(super) fn get(&mut self, name: &str, budget: &Budget) -> Result<Option<Value>> {
        let mut next = Some(self.current);
        while let Some(frame) = next.and_then(|index| self.frames.get(index)) {
            if let Some(value) = frame.variables.get(name) {
                return Ok(Some(value.clone()));
            }
            if let Some(progress) = frame.progress.filter(|_| name == "loop") {
                return Ok(Some(Value::Map(progress.as_map())));
            }
            next = frame.parent;
        }
        if let Some(value) = self.taken.get(name) {
            return Ok(Some(value.clone()));
        }
        let Some(json) = self.context.get(name) else {
            return Ok(None);
        };
        let value = from_json(json, budget)?;
        self.taken.insert(name.into(), value.clone());
        Ok(Some(value))
    }

    /// Changes the variable where it is; makes it here if it is nowhere.
    pub(super) fn set(&mut self, name: &Rc<str>, value: Value) {
        let mut at = self.current;
        while let Some(frame) = self.frames.get(at) {
            if frame.variables.contains_key(name) {
                self.set_in(at, name, value);
                return;
            }
            match frame.parent.filter(|_| !frame.is_isolated) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        self.declare(name, value);
    }

    /// Sets the variable here, whatever is outside.
    pub(super) fn declare(&mut self, name: &Rc<str>, value: Value) {
        self.set_in(self.current, name, value);
    }

    fn set_in(&mut self, frame: usize, name: &Rc<str>, value: Value) {
        if let Some(frame) = self.frames.get_mut(frame) {
            frame.variables.insert(Rc::clone(name), value);
        }
    }
}

impl Progress {
    /// What templates see as `loop`.
    fn as_map(self) -> Map {
        let Self { index, length } = self;
        let count = |n: usize| Value::Number(of_length(n));
        [
            ("index", count(index + 1)),
            ("index0", count(index)),
            ("revindex", count(length - index)),
            ("revindex0", count(length - index - 1)),
            ("first", Value::Bool(index == 0)),
            ("last", Value::Bool(index + 1 == length)),
            ("length", count(length)),
        ]
        .into_iter()
        .map(|(name, value)| (Rc::from(name), value))
        .collect()
    }
}
