//! Templates that mean harm, made at random: nested tags of every kind around random expressions and random letters.
//! Each ends soon, within its bounds, or is refused with a place. `CALLBOARD_FUZZ` asks for a longer run.

use std::time::{Duration, Instant};

use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};

use super::{
    Dialect, RepoHosts, Setting, Syntax, Template,
    budget::MAX_OUTPUT,
    tests::{cases, expression},
};

/// The budget of work takes no longer to use up, even unoptimised on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A template of tags within tags.
fn template() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        expression().prop_map(|value| format!("${{{{ {value} }}}}")),
        any::<String>(),
        Just("${{ again(a, b) }}${{ caller() }}${{ loop.index0 }}".to_owned()),
        Just("${{ a.push(a) }}${{ a.concat(a, b) | join(b) }}".to_owned()),
    ];
    leaf.prop_recursive(6, 48, 4, |inner| {
        let value = expression().boxed();
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        prop_oneof![
            (value.clone(), body.clone())
                .prop_map(|(value, body)| format!("{{% for a in {value} %}}{body}{{% endfor %}}")),
            body.clone().prop_map(|body| format!(
                "{{% for a in range(100000) %}}{{% for b in range(100000) %}}{body}{{% endfor %}}{{% endfor %}}"
            )),
            (value.clone(), body.clone()).prop_map(|(value, body)| format!(
                "{{% if {value} %}}{body}{{% else %}}{body}{{% endif %}}"
            )),
            (value.clone(), body.clone())
                .prop_map(|(value, body)| format!("{{% set a = {value} %}}{{% set b = a ~ a %}}{body}")),
            body.clone()
                .prop_map(|body| format!("{{% set b %}}{body}{body}{{% endset %}}${{{{ b ~ b }}}}")),
            (value.clone(), body.clone()).prop_map(|(value, body)| format!(
                "{{% macro again(a, b={value}) %}}{body}${{{{ again(b, a) }}}}{{% endmacro %}}${{{{ again(1) }}}}"
            )),
            (value.clone(), body.clone()).prop_map(|(value, body)| format!(
                "{{% call again({value}) %}}{body}{{% endcall %}}"
            )),
            (value, body).prop_map(|(value, body)| format!(
                "{{% switch {value} %}}{{% case 1 %}}{body}{{% default %}}{body}{{% endswitch %}}"
            )),
        ]
    })
}

fn variables() -> Map<String, Value> {
    let parameters = json!({
        "tags": ["a", "b"], "list": [{"n": 1}, {"n": 2}], "obj": {"k": [1, {"d": null}]}, "str": "a b",
    });
    Map::from_iter([
        ("parameters".to_owned(), parameters),
        ("a".to_owned(), json!([1, "two", null])),
        ("b".to_owned(), json!(", ")),
    ])
}

fn ends_soon(text: &str, syntax: Syntax) -> Result<(), TestCaseError> {
    let variables = variables();
    let setting = Setting {
        variables: &variables,
        hosts: &RepoHosts::Any,
        outcome: None,
        seed: 7,
    };
    let began = Instant::now();
    let rendered = Template::parse(text, syntax).and_then(|parsed| {
        parsed.value(&setting)?;
        parsed.render(&setting)
    });
    prop_assert!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
    match rendered {
        Ok(text) => prop_assert!(text.len() <= MAX_OUTPUT),
        Err(fault) => prop_assert!(
            fault.line > 0 && fault.column > 0 && !fault.message.is_empty(),
            "{fault:?}"
        ),
    }
    Ok(())
}

#[test]
fn hostile_templates_end_soon_or_are_refused() {
    // The same ones each time: a failure can be looked at.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(cases(128), rng);
    let strategy = (template(), any::<[bool; 3]>());
    let tried = runner.run(
        &strategy,
        |(text, [cookiecutter, trim_blocks, lstrip_blocks])| {
            let dialect = if cookiecutter {
                Dialect::Cookiecutter
            } else {
                Dialect::Backstage
            };
            let text = if cookiecutter {
                text.replace("${{", "{{")
            } else {
                text
            };
            let syntax = Syntax {
                dialect,
                trim_blocks,
                lstrip_blocks,
            };
            ends_soon(&text, syntax)
        },
    );
    tried.unwrap_or_else(|fault| panic!("{fault}"));
}
