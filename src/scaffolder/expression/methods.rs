//! The methods values have. JavaScript's, as many as Backstage's engine lets through; Python's in cookiecutter mode.

use super::{
    Dialect, arguments::Values, error::Result, evaluate::Tools, methods_list, methods_number,
    methods_python, methods_text, value::Value,
};

/// A method.
pub(super) struct MethodEntry {
    pub(super) name: &'static str,
    /// Fewest and most arguments.
    pub(super) arguments: (usize, usize),
    pub(super) call: fn(&Value, &Values, &Tools<'_>) -> Result<Value>,
}

impl std::fmt::Debug for MethodEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The method of this name, if the value has it.
pub(super) fn named(value: &Value, name: &str, dialect: Dialect) -> Option<&'static MethodEntry> {
    let is_python = dialect == Dialect::Cookiecutter;
    let (own, python): (&'static [MethodEntry], &'static [MethodEntry]) = match value {
        Value::Text(_) | Value::Safe(_) => (&methods_text::METHODS, &[]),
        Value::List(_) => (&methods_list::METHODS, &methods_python::OF_LISTS),
        Value::Map(_) => (&[], &methods_python::OF_MAPS),
        Value::Number(_) => (&methods_number::METHODS, &[]),
        Value::Pattern(_) => (&methods_text::OF_PATTERNS, &[]),
        _ => (&[], &[]),
    };
    let python = python.iter().filter(|_| is_python);
    python.chain(own).find(|method| method.name == name)
}

/// What a method answers.
pub(super) fn call(
    receiver: &Value,
    entry: &MethodEntry,
    values: &Values,
    tools: &Tools<'_>,
) -> Result<Value> {
    let (least, most) = entry.arguments;
    let called = values.check_count(least, most);
    called
        .and_then(|()| (entry.call)(receiver, values, tools))
        .map_err(|fault| fault.within(&format!("`{}`", entry.name)))
}

/// The names of all methods.
#[cfg(test)]
pub(super) fn names() -> Vec<&'static str> {
    let of = |methods: &'static [MethodEntry]| methods.iter().map(|method| method.name);
    of(&methods_text::METHODS)
        .chain(of(&methods_list::METHODS))
        .chain(of(&methods_number::METHODS))
        .chain(of(&methods_text::OF_PATTERNS))
        .collect()
}
