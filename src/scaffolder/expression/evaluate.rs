//! Expressions become values.

use std::{cell::Cell, rc::Rc};

use super::{
    Dialect, Setting, Template,
    arguments::Values,
    budget::Budget,
    error::{Fault, Located, Result},
    function::Function,
    globals,
    lookup::{member, slice},
    operate::operate,
    predicates,
    scopes::{Place, Scopes},
    syntax::{Arguments, Expression, FilterCall, Kind, Operator, Sign, Test, TestKind},
    value::Value,
};

/// What filters and functions may use.
pub(super) struct Tools<'t> {
    pub(super) budget: Budget,
    pub(super) setting: &'t Setting<'t>,
    pub(super) dialect: Dialect,
    /// State of the generator behind `random`.
    pub(super) random: Cell<u64>,
}

/// One evaluation of a template.
pub(super) struct Evaluation<'t> {
    pub(super) template: &'t Template,
    pub(super) tools: &'t Tools<'t>,
    pub(super) scopes: Scopes<'t>,
    /// The blocks of the `call`s so far: the macro that holds the block, and what it sees.
    pub(super) callers: Vec<(usize, Place)>,
    /// Whether outputs print JSON.
    pub(super) prints_json: bool,
}

impl<'t> Evaluation<'t> {
    pub(super) fn value(&mut self, expression: &'t Expression) -> Result<Value> {
        let budget = &self.tools.budget;
        budget.work(1).or_at(expression.at)?;
        let _level = budget.deeper().or_at(expression.at)?;
        match &expression.kind {
            Kind::Null => Ok(Value::Null),
            Kind::Bool(value) => Ok(Value::Bool(*value)),
            Kind::Number(number) => Ok(Value::Number(*number)),
            Kind::Text(text) => Ok(Value::Text(Rc::clone(text))),
            Kind::Pattern(pattern) => Ok(Value::Pattern(Rc::new(pattern.restarted()))),
            Kind::Name(name) => self.variable(name),
            Kind::List(items) => self.list(items),
            Kind::Map(entries) => self.map(entries),
            Kind::Group(parts) => self.last(parts),
            Kind::Member(of, key) => self.member(of, key),
            Kind::Slice(of, parts) => self.slice(of, parts),
            Kind::Call(call) => self.call(&call.callee, &call.arguments),
            Kind::Filter(input, filter) => {
                let input = self.value(input)?;
                self.filtered(&input, filter)
            }
            Kind::Test(input, test) => self.tested(input, test),
            Kind::Sign(sign, operand) => self.signed(*sign, operand),
            Kind::Not(operand) => Ok(Value::Bool(!self.value(operand)?.is_truthy())),
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right),
            Kind::Choice(choice) => {
                if self.value(&choice.condition)?.is_truthy() {
                    return self.value(&choice.then);
                }
                let otherwise = choice.otherwise.as_ref();
                otherwise.map_or_else(|| Ok(Value::text("")), |value| self.value(value))
            }
        }
        .or_at(expression.at)
    }

    fn variable(&mut self, name: &str) -> Result<Value> {
        if let Some(value) = self.scopes.get(name, &self.tools.budget)? {
            return Ok(value);
        }
        Ok(globals::named(name, self.tools).unwrap_or_default())
    }

    fn list(&mut self, items: &'t [Expression]) -> Result<Value> {
        self.tools.budget.make(size_of_val(items))?;
        let items = items.iter().map(|item| self.value(item));
        Ok(Value::list(items.collect::<Result<_>>()?))
    }

    fn map(&mut self, entries: &'t [(Rc<str>, Expression)]) -> Result<Value> {
        self.tools.budget.make(size_of_val(entries))?;
        let entries = entries
            .iter()
            .map(|(key, value)| Ok((Rc::clone(key), self.value(value)?)));
        Ok(Value::Map(entries.collect::<Result<_>>()?))
    }

    fn last(&mut self, parts: &'t [Expression]) -> Result<Value> {
        let mut last = Value::Undefined;
        for part in parts {
            last = self.value(part)?;
        }
        Ok(last)
    }

    fn member(&mut self, of: &'t Expression, key: &'t Expression) -> Result<Value> {
        let of = self.value(of)?;
        let key = self.value(key)?;
        member(&of, &key, self.tools.dialect, &self.tools.budget)
    }

    fn slice(&mut self, of: &'t Expression, parts: &'t [Option<Expression>; 3]) -> Result<Value> {
        let of = self.value(of)?;
        let mut bounds = [None, None, None];
        for (bound, part) in bounds.iter_mut().zip(parts) {
            *bound = part.as_ref().map(|part| self.value(part)).transpose()?;
        }
        slice(&of, &bounds, &self.tools.budget)
    }

    fn call(&mut self, callee: &'t Expression, arguments: &'t Arguments) -> Result<Value> {
        match self.value(callee)? {
            Value::Function(function) => {
                let values = self.arguments(arguments)?;
                self.called(&function, &values)
            }
            value => Err(Fault::new(format!(
                "{} is {}, so it cannot be called",
                callee.shown(),
                value.kind()
            ))),
        }
    }

    /// What a function answers.
    pub(super) fn called(&mut self, function: &Function, values: &Values) -> Result<Value> {
        match function {
            Function::Macro(index) => self.call_macro(*index, values, None),
            Function::Caller(index) => self.call_block(*index, values),
            _ => globals::call(function, values, self.tools),
        }
    }

    pub(super) fn arguments(&mut self, arguments: &'t Arguments) -> Result<Values> {
        let positional = arguments
            .positional
            .iter()
            .map(|argument| self.value(argument));
        let positional = positional.collect::<Result<_>>()?;
        let named = arguments.named.iter();
        let named = named.map(|(name, argument)| Ok((Rc::clone(name), self.value(argument)?)));
        let named = named.collect::<Result<_>>()?;
        Ok(Values { positional, named })
    }

    pub(super) fn filtered(&mut self, input: &Value, call: &'t FilterCall) -> Result<Value> {
        let Some(filter) = call.filter else {
            let told = format!("There is no filter `{}`", call.name);
            return Err(Fault::at(told, call.at));
        };
        let values = self.arguments(&call.arguments)?;
        filter(input, &values, self.tools).map_err(|fault| {
            fault
                .within(&format!("Filter `{}`", call.name))
                .or_at(call.at)
        })
    }

    fn tested(&mut self, input: &'t Expression, test: &'t Test) -> Result<Value> {
        let input = self.value(input)?;
        let values = self.arguments(&test.arguments)?;
        let holds = match test.predicate {
            TestKind::Known(predicate) => {
                predicates::holds(predicate, &input, &values, &self.tools.budget).map_err(
                    |fault| {
                        fault
                            .within(&format!("Test `{}`", test.name))
                            .or_at(test.at)
                    },
                )?
            }
            TestKind::NoName => false,
            TestKind::Unknown => {
                let told = format!("There is no test `{}`", test.name);
                return Err(Fault::at(told, test.at));
            }
        };
        Ok(Value::Bool(holds != test.is_negated))
    }

    fn signed(&mut self, sign: Sign, operand: &'t Expression) -> Result<Value> {
        let operand = self.value(operand)?;
        let number = super::coerce::to_number(&operand, &self.tools.budget)?;
        Ok(Value::Number(match sign {
            Sign::Plus => number,
            Sign::Minus => -number,
        }))
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &'t Expression,
        right: &'t Expression,
    ) -> Result<Value> {
        let left = self.value(left)?;
        match operator {
            Operator::Or if left.is_truthy() => Ok(left),
            Operator::And if !left.is_truthy() => Ok(left),
            Operator::Or | Operator::And => self.value(right),
            _ => operate(operator, &left, &self.value(right)?, &self.tools.budget),
        }
    }
}
