//! Templates become text: what the tags do.

use std::rc::Rc;

use super::{
    arguments::Values,
    budget::{Budget, MAX_OUTPUT},
    coerce::{is_same, to_shown},
    error::{Fault, Located, Result},
    evaluate::Evaluation,
    function::Function,
    json::stringify,
    scopes::{Progress, Purpose},
    sequence::units,
    syntax::{Branch, Call, Expression, For, Macro, Node, Switch},
    utf16,
    value::{List, Value},
};

impl<'t> Evaluation<'t> {
    /// Renders nodes behind what is there.
    pub(super) fn render(&mut self, nodes: &'t [Node], out: &mut String) -> Result<()> {
        for node in nodes {
            self.tools.budget.work(1)?;
            match node {
                Node::Text(range) => self.put(&self.template.source[range.clone()], out)?,
                Node::Output(value, at) => self.output(value, out).or_at(*at)?,
                Node::If(branches, otherwise) => self.render_if(branches, otherwise, out)?,
                Node::For(each) => self.render_for(each, out).or_at(each.items.at)?,
                Node::Set(targets, value) => {
                    let value = self.value(value)?;
                    self.assign(targets, &value);
                }
                Node::SetBlock(targets, body) => {
                    let text = self.captured(body)?;
                    self.assign(targets, &Value::text(text));
                }
                Node::Macro(index) => {
                    let name = &self.template.macro_at(*index)?.name;
                    self.scopes
                        .declare(name, Value::Function(Function::Macro(*index)));
                }
                Node::Call(call, block) => self.render_call(call, *block, out)?,
                Node::Filter(filter, body) => {
                    let text = Value::text(self.captured(body)?);
                    let value = self.filtered(&text, filter)?;
                    self.put(&to_shown(&value, &self.tools.budget)?, out)?;
                }
                Node::Block(body) => self.within(Purpose::Block, |this| this.render(body, out))?,
                Node::Switch(switch) => self.render_switch(switch, out).or_at(switch.value.at)?,
            }
        }
        Ok(())
    }

    fn put(&self, text: &str, out: &mut String) -> Result<()> {
        if out.len() + text.len() > MAX_OUTPUT {
            let told = format!("The template puts out more than {} MiB", MAX_OUTPUT >> 20);
            return Err(Fault::new(told));
        }
        self.tools.budget.make(text.len())?;
        out.push_str(text);
        Ok(())
    }

    fn output(&mut self, expression: &'t Expression, out: &mut String) -> Result<()> {
        let value = self.value(expression)?;
        let budget = &self.tools.budget;
        if self.prints_json {
            let text = stringify(&value, "", budget)?;
            return self.put(&text.unwrap_or_default(), out);
        }
        self.put(&to_shown(&value, budget)?, out)
    }

    fn captured(&mut self, nodes: &'t [Node]) -> Result<String> {
        let mut text = String::new();
        let _level = self.tools.budget.deeper()?;
        self.render(nodes, &mut text)?;
        Ok(text)
    }

    fn assign(&mut self, targets: &[Rc<str>], value: &Value) {
        for target in targets {
            self.scopes.set(target, value.clone());
        }
    }

    fn render_if(
        &mut self,
        branches: &'t [Branch],
        otherwise: &'t [Node],
        out: &mut String,
    ) -> Result<()> {
        let _level = self.tools.budget.deeper()?;
        for branch in branches {
            if self.value(&branch.condition)?.is_truthy() {
                return self.render(&branch.body, out);
            }
        }
        self.render(otherwise, out)
    }

    fn render_switch(&mut self, switch: &'t Switch, out: &mut String) -> Result<()> {
        let _level = self.tools.budget.deeper()?;
        let value = self.value(&switch.value)?;
        let mut falls_through = false;
        for case in &switch.cases {
            falls_through = falls_through || is_same(&value, &self.value(&case.condition)?);
            if falls_through && !case.body.is_empty() {
                return self.render(&case.body, out);
            }
        }
        self.render(&switch.default, out)
    }

    fn render_for(&mut self, each: &'t For, out: &mut String) -> Result<()> {
        let _level = self.tools.budget.deeper()?;
        let items = self.value(&each.items)?;
        let passes = passes(&items, each.targets.len() > 1, &self.tools.budget)?;
        let is_empty = self.within(Purpose::Loop, |this| {
            let mut index = 0;
            // A list may grow while it is gone through.
            while let Some((pass, length)) = passes.at(index) {
                this.tools.budget.work(1)?;
                this.unpack(&each.targets, &pass);
                this.scopes.progress(Progress { index, length });
                this.render(&each.body, out)?;
                index += 1;
            }
            Ok(index == 0)
        })?;
        if is_empty {
            self.render(&each.otherwise, out)?;
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &[Rc<str>], pass: &Pass) {
        let of_item = |item: &Value, place: usize| match item {
            Value::List(list) => list.get(place),
            Value::Text(text) | Value::Safe(text) => utf16::part_at(text, place).map(Value::text),
            _ => None,
        };
        for (place, target) in targets.iter().enumerate() {
            let value = match pass {
                Pass::Item(item) if targets.len() == 1 => Some(item.clone()),
                Pass::Item(item) => of_item(item, place),
                Pass::Entry(key, value) => match place {
                    0 => Some(Value::Text(Rc::clone(key))),
                    1 => Some(value.clone()),
                    _ => None,
                },
            };
            self.scopes.declare(target, value.unwrap_or_default());
        }
    }

    /// Renders in a frame of its own.
    fn within<T>(
        &mut self,
        purpose: Purpose,
        render: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let _level = self.tools.budget.deeper()?;
        let back = self.scopes.enter(purpose);
        let rendered = render(self)?;
        self.scopes.leave(back);
        Ok(rendered)
    }

    fn render_call(&mut self, call: &'t Call, block: usize, out: &mut String) -> Result<()> {
        let Value::Function(Function::Macro(index)) = self.value(&call.callee)? else {
            let told = "`call` needs the call of a macro";
            return Err(Fault::at(told, call.callee.at));
        };
        let values = self.arguments(&call.arguments)?;
        self.callers.push((block, self.scopes.here()));
        let caller = Function::Caller(self.callers.len() - 1);
        let text = self.call_macro(index, &values, Some(caller))?;
        self.put(&to_shown(&text, &self.tools.budget)?, out)
    }

    /// Calls a macro, with the block of a `call` as `caller`.
    pub(super) fn call_macro(
        &mut self,
        index: usize,
        values: &Values,
        caller: Option<Function>,
    ) -> Result<Value> {
        let definition = self.template.macro_at(index)?;
        self.within(Purpose::Macro, |this| {
            if let Some(caller) = caller {
                this.scopes
                    .declare(&"caller".into(), Value::Function(caller));
            }
            this.run_macro(definition, values)
        })
    }

    /// Calls the block of a `call`.
    pub(super) fn call_block(&mut self, index: usize, values: &Values) -> Result<Value> {
        let Some(&(block, place)) = self.callers.get(index) else {
            return Err(Fault::new("The block of this `call` has ended"));
        };
        let block = self.template.macro_at(block)?;
        self.within(Purpose::Caller(place), |this| this.run_macro(block, values))
    }

    /// Positional arguments go to the parameters without a default first.
    fn run_macro(&mut self, called: &'t Macro, values: &Values) -> Result<Value> {
        let mut positional = values.positional.iter();
        let mut given = vec![None; called.parameters.len()];
        for has_default in [false, true] {
            for (slot, parameter) in given.iter_mut().zip(&called.parameters) {
                if parameter.default.is_some() == has_default {
                    *slot = positional.next().cloned();
                }
            }
        }
        for (slot, parameter) in given.into_iter().zip(&called.parameters) {
            let named = values
                .named
                .iter()
                .find(|(name, _)| *name == parameter.name);
            let value = match (named, slot, &parameter.default) {
                (Some((_, value)), ..) => value.clone(),
                (None, Some(value), _) => value,
                (None, None, Some(default)) => self.value(default)?,
                (None, None, None) => Value::Undefined,
            };
            self.scopes.declare(&parameter.name, value);
        }
        self.captured(&called.body).map(Value::text)
    }
}

/// What a loop goes through.
enum Passes {
    /// Seen as it is when each pass begins.
    List(List),
    Fixed(Vec<Pass>),
}

#[derive(Clone)]
enum Pass {
    Item(Value),
    Entry(Rc<str>, Value),
}

impl Passes {
    /// The pass of this index, and how many there are.
    fn at(&self, index: usize) -> Option<(Pass, usize)> {
        match self {
            Self::List(list) => list.get(index).map(|item| (Pass::Item(item), list.len())),
            Self::Fixed(passes) => passes.get(index).map(|pass| (pass.clone(), passes.len())),
        }
    }
}

/// The entries of a map need two names; with one there are none.
fn passes(items: &Value, takes_entries: bool, budget: &Budget) -> Result<Passes> {
    Ok(match items {
        Value::List(list) => Passes::List(list.clone()),
        Value::Map(map) if takes_entries => {
            budget.make(map.len() * size_of::<Pass>())?;
            let entries = map.entries();
            let entries = entries.map(|(key, value)| Pass::Entry(Rc::clone(key), value.clone()));
            Passes::Fixed(entries.collect())
        }
        Value::Text(text) | Value::Safe(text) => Passes::List(List::new(units(text, budget)?)),
        _ => Passes::Fixed(Vec::new()),
    })
}
