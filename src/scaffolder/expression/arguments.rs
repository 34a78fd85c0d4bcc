//! What a function, method or filter is called with.

use std::rc::Rc;

use super::{
    budget::Budget,
    coerce::{to_number, to_text},
    error::{Fault, Result},
    value::{Map, Value},
};

/// The values of the arguments.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) positional: Vec<Value>,
    pub(super) named: Vec<(Rc<str>, Value)>,
}

impl Values {
    /// The argument at a place. Named ones stand together behind the others as one map: that is how they reach
    /// whoever does not know their names.
    pub(super) fn get(&self, place: usize) -> Value {
        match self.positional.get(place) {
            Some(value) => value.clone(),
            None if place == self.positional.len() && !self.named.is_empty() => {
                Value::Map(self.named.iter().cloned().collect::<Map>())
            }
            None => Value::Undefined,
        }
    }

    pub(super) fn named(&self, name: &str) -> Option<Value> {
        let found = self.named.iter().rev().find(|(known, _)| &**known == name);
        found.map(|(_, value)| value.clone())
    }

    /// The argument of this name, else the one at this place.
    pub(super) fn named_or(&self, name: &str, place: usize) -> Value {
        let at_place = self.positional.get(place).cloned().unwrap_or_default();
        self.named(name).unwrap_or(at_place)
    }

    pub(super) fn number(&self, place: usize, budget: &Budget) -> Result<f64> {
        to_number(&self.get(place), budget)
    }

    /// The number at a place, or this one if there is none.
    pub(super) fn number_or(&self, place: usize, default: f64, budget: &Budget) -> Result<f64> {
        match self.get(place) {
            Value::Undefined => Ok(default),
            value => to_number(&value, budget),
        }
    }

    pub(super) fn text(&self, place: usize, budget: &Budget) -> Result<Rc<str>> {
        to_text(&self.get(place), budget)
    }

    /// Refuses too few and too many, and named ones.
    pub(super) fn check_count(&self, least: usize, most: usize) -> Result<()> {
        if !self.named.is_empty() {
            return Err(Fault::new("This takes no named arguments"));
        }
        let count = self.positional.len();
        if (least..=most).contains(&count) {
            return Ok(());
        }
        let wanted = match (least, most) {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, usize::MAX) => format!("at least {least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        Err(Fault::new(format!("This takes {wanted}, not {count}")))
    }
}
