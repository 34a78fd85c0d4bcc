//! The functions that are there without being defined, and calls of what is no macro.

use super::{
    Dialect,
    arguments::Values,
    coerce::to_text,
    error::{Fault, Result},
    evaluate::Tools,
    function::{Function, Global},
    methods,
    value::Value,
};

/// The value of a name nobody has defined.
pub(super) fn named(name: &str, tools: &Tools<'_>) -> Option<Value> {
    let global = match name {
        "range" => Global::Range,
        "cycler" => Global::Cycler,
        "joiner" => Global::Joiner,
        "always" if tools.setting.outcome.is_some() => Global::Always,
        "failure" if tools.setting.outcome.is_some() => Global::Failure,
        "True" if tools.dialect == Dialect::Cookiecutter => return Some(Value::Bool(true)),
        "False" if tools.dialect == Dialect::Cookiecutter => return Some(Value::Bool(false)),
        "None" if tools.dialect == Dialect::Cookiecutter => return Some(Value::Null),
        _ => return None,
    };
    Some(Value::Function(Function::Global(global)))
}

/// What a function that is no macro answers.
pub(super) fn call(function: &Function, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    match function {
        Function::Global(Global::Range) => range(values, tools),
        Function::Global(Global::Cycler) => {
            values.check_count(0, usize::MAX)?;
            Ok(Value::Function(Function::cycler(values.positional.clone())))
        }
        Function::Global(Global::Joiner) => {
            values.check_count(0, 1)?;
            let separator = match values.get(0) {
                Value::Undefined => ",".into(),
                separator => to_text(&separator, &tools.budget)?,
            };
            Ok(Value::Function(Function::joiner(separator)))
        }
        Function::Global(Global::Always) => Ok(Value::Bool(tools.setting.always())),
        Function::Global(Global::Failure) => Ok(Value::Bool(tools.setting.failure())),
        Function::Method(method) => methods::call(&method.receiver, method.entry, values, tools),
        Function::CyclerNext(cycler) => Ok(cycler.next()),
        Function::CyclerReset(cycler) => {
            cycler.reset();
            Ok(Value::Undefined)
        }
        Function::Joiner(joiner) => Ok(joiner.next()),
        Function::Cycler(_) | Function::Macro(_) | Function::Caller(_) => {
            Err(Fault::new("This cannot be called here"))
        }
    }
}

/// `range(end)`, `range(start, end)`, `range(start, end, step)`; a step of 0 is 1.
fn range(values: &Values, tools: &Tools<'_>) -> Result<Value> {
    values.check_count(0, 3)?;
    let budget = &tools.budget;
    let number = |place| values.number(place, budget);
    let (start, end) = match values.get(1) {
        Value::Undefined => (0.0, number(0)?),
        _ => (number(0)?, number(1)?),
    };
    let step = match values.number_or(2, 1.0, budget)? {
        0.0 => 1.0,
        step => step,
    };
    let mut items = Vec::new();
    let mut at = start;
    while if step > 0.0 { at < end } else { at > end } {
        budget.work(1)?;
        budget.make(size_of::<Value>())?;
        items.push(Value::Number(at));
        at += step;
    }
    Ok(Value::list(items))
}
