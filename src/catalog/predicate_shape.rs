//! What a predicate must look like (`catalog-api.md` §3.2), checked option by option as zod does in Backstage, so
//! that a faulty one is refused in its words.

use serde_json::Value;

use crate::input::{Issue, Outcome, Path, Step};

/// Values that are looked at, at most: some predicates have several readings at each level.
const MAX_LOOKS: usize = 20_000;

/// What is wrong with a predicate that stands at `path`; nothing, if its shape is right.
pub(super) fn predicate_issues(predicate: &Value, path: &[Step]) -> Vec<Issue> {
    let mut check = Check { left: MAX_LOOKS };
    check.predicate(Some(predicate), &mut path.to_vec()).issues
}

struct Check {
    left: usize,
}

/// Looks at a field of an object, or at an item of a list.
fn within(path: &mut Path, step: Step, look: impl FnOnce(&mut Path) -> Outcome) -> Outcome {
    path.push(step);
    let outcome = look(path);
    path.pop();
    outcome
}

fn primitive(value: Option<&Value>, path: &Path) -> Outcome {
    if value.is_some_and(|value| value.is_string() || value.is_number() || value.is_boolean()) {
        return Outcome::default();
    }
    let options = ["string", "number", "boolean"];
    let options = options.map(|expected| Outcome::of_type(value, expected, path));
    Outcome::of_union(options.to_vec(), path)
}

/// An object all of whose keys are operators: there is no such thing, which refuses the unknown ones.
fn only_operators(value: Option<&Value>, path: &mut Path) -> Outcome {
    let Some(Value::Object(map)) = value else {
        return Outcome::of_type(value, "object", path);
    };
    let mut outcome = Outcome::default();
    for (key, value) in map {
        outcome.add(within(path, Step::Key(key.clone()), |path| {
            let mut outcome = Outcome::of_form(key.starts_with('$'), path);
            outcome.add(Outcome::of_type(Some(value), "never", path));
            outcome
        }));
    }
    outcome
}

impl Check {
    fn is_spent(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    fn predicate(&mut self, value: Option<&Value>, path: &mut Path) -> Outcome {
        if self.is_spent() {
            return Outcome::custom("It is nested too deep, or too large", path);
        }
        let expressions = vec![self.fields(value, path), only_operators(value, path)];
        let options = vec![
            Outcome::of_union(expressions, path),
            primitive(value, path),
            self.list("$all", value, path),
            self.list("$any", value, path),
            self.negation(value, path),
        ];
        Outcome::of_union(options, path)
    }

    fn fields(&mut self, value: Option<&Value>, path: &mut Path) -> Outcome {
        let Some(Value::Object(map)) = value else {
            return Outcome::of_type(value, "object", path);
        };
        let mut outcome = Outcome::default();
        for (key, value) in map {
            outcome.add(within(path, Step::Key(key.clone()), |path| {
                let mut outcome = Outcome::of_form(!key.starts_with('$'), path);
                outcome.add(self.value(value, path));
                outcome
            }));
        }
        outcome
    }

    fn value(&mut self, value: &Value, path: &mut Path) -> Outcome {
        if primitive(Some(value), path).is_good() {
            return Outcome::default();
        }
        if self.is_spent() {
            return Outcome::custom("It is nested too deep, or too large", path);
        }
        let options = vec![
            primitive(Some(value), path),
            operator("$exists", value, path, |operand, path| {
                Outcome::of_type(operand, "boolean", path)
            }),
            operator("$in", value, path, |operand, path| {
                items(operand, path, |item, path| primitive(Some(item), path))
            }),
            operator("$contains", value, path, |operand, path| {
                self.predicate(operand, path)
            }),
            operator("$hasPrefix", value, path, |operand, path| {
                Outcome::of_type(operand, "string", path)
            }),
        ];
        Outcome::of_union(options, path)
    }

    fn list(&mut self, name: &str, value: Option<&Value>, path: &mut Path) -> Outcome {
        alone(name, value, path, |operand, path| {
            items(operand, path, |item, path| self.predicate(Some(item), path))
        })
    }

    fn negation(&mut self, value: Option<&Value>, path: &mut Path) -> Outcome {
        alone("$not", value, path, |operand, path| {
            self.predicate(operand, path)
        })
    }
}

/// `{name: …}`; other keys are passed over.
fn operator(
    name: &str,
    value: &Value,
    path: &mut Path,
    look: impl FnOnce(Option<&Value>, &mut Path) -> Outcome,
) -> Outcome {
    if !value.is_object() {
        return Outcome::of_type(Some(value), "object", path);
    }
    within(path, Step::Key(name.to_owned()), |path| {
        look(value.get(name), path)
    })
}

/// `{name: …}` and no other key.
fn alone(
    name: &str,
    value: Option<&Value>,
    path: &mut Path,
    look: impl FnOnce(Option<&Value>, &mut Path) -> Outcome,
) -> Outcome {
    let Some(Value::Object(map)) = value else {
        return Outcome::of_type(value, "object", path);
    };
    let mut outcome = within(path, Step::Key(name.to_owned()), |path| {
        look(map.get(name), path)
    });
    let others = map.keys().filter(|key| *key != name).cloned().collect();
    outcome.add(Outcome::of_keys(others, path));
    outcome
}

fn items(
    value: Option<&Value>,
    path: &mut Path,
    mut look: impl FnMut(&Value, &mut Path) -> Outcome,
) -> Outcome {
    let Some(Value::Array(list)) = value else {
        return Outcome::of_type(value, "array", path);
    };
    let mut outcome = Outcome::default();
    for (index, item) in list.iter().enumerate() {
        outcome.add(within(path, Step::Index(index), |path| look(item, path)));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::input::tell_issues;

    #[test]
    fn faulty_predicates_are_told_as_backstage_tells_them() {
        let of_kind = "Invalid at \"kind\"; Expected never, received object at \"kind\", or Expected string, received object, or Expected number, received object, or Expected boolean, received object, or Required at \"$all\"; Unrecognized key(s) in object: 'kind', or Required at \"$any\"; Unrecognized key(s) in object: 'kind', or Required at \"$not\"; Unrecognized key(s) in object: 'kind'";
        let no_primitive = "Expected string, received object at \"kind\", or Expected number, received object at \"kind\", or Expected boolean, received object at \"kind\", or Required at \"kind.$exists\", or Required at \"kind.$in\", or Required at \"kind.$contains\"";
        for (predicate, expected) in [
            (
                json!({"kind": {"$nope": 1}}),
                format!("{no_primitive}, or Required at \"kind.$hasPrefix\", or {of_kind}"),
            ),
            (
                json!({"kind": {"$hasPrefix": 1}}),
                format!(
                    "{no_primitive}, or Expected string, received number at \"kind.$hasPrefix\", or {of_kind}"
                ),
            ),
            (json!({"$nope": 1}), "Invalid at \"$nope\"".to_owned()),
            (
                json!({"$any": [{"$all": [{"$foo": 1}]}]}),
                "Invalid at \"$any[0].$all[0].$foo\"".to_owned(),
            ),
            (
                json!({"$all": [], "kind": "x"}),
                "Unrecognized key(s) in object: 'kind'".to_owned(),
            ),
        ] {
            let told = tell_issues(&predicate_issues(&predicate, &[]));
            assert_eq!(told, format!("Validation error: {expected}"), "{predicate}");
        }
    }

    #[test]
    fn a_predicate_with_many_readings_is_not_read_for_ever() {
        let mut deep = json!({"$nope": 1});
        for _ in 0..60 {
            deep = json!({"$not": {"$contains": deep}});
        }
        assert!(!predicate_issues(&deep, &[]).is_empty());
    }
}
