//! The language against what Backstage's engine answers, and against templates that mean harm.

use std::{fmt::Write, time::Instant};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Dialect, ExpressionError, Outcome, RepoHosts, Setting, Syntax, Template};

/// What Backstage's engine answered; `nunjitsu_err` where it refused.
const TABLES: [&str; 2] = [
    include_str!("../../../tests/data/nunjucks-cases.json"),
    include_str!("../../../tests/data/expression-probes.json"),
];

/// The cases that cannot come out the same, and why.
const KNOWN_REST: [(&str, &str); 3] = [
    (
        r#"${{ "😀" | list | dump }}"#,
        "a Rust string cannot hold half a surrogate pair",
    ),
    (
        r#"${{ "foobar" | replace(r/(?=b)/, "-") }}"#,
        "look-around needs back-tracking",
    ),
    (
        r#"${{ "aa" | replace(r/(a)\1/, "x") }}"#,
        "back-references need back-tracking",
    ),
];

fn setting(variables: &Map<String, Value>) -> Setting<'_> {
    Setting {
        variables,
        hosts: &RepoHosts::Any,
        outcome: None,
        seed: 7,
    }
}

fn render(template: &str, variables: &Map<String, Value>) -> Result<String, ExpressionError> {
    Template::parse(template, Syntax::default())?.render(&setting(variables))
}

fn value(template: &str) -> Option<Value> {
    let parsed = Template::parse(template, Syntax::default()).unwrap();
    parsed.value(&setting(&context())).unwrap()
}

/// The variables the recorded cases were rendered with.
fn context() -> Map<String, Value> {
    let table: Value = serde_json::from_str(TABLES[0]).unwrap();
    table["context"].as_object().unwrap().clone()
}

#[test]
fn recorded_cases_come_out_the_same_but_for_a_known_rest() {
    let context = context();
    let mut others = Vec::new();
    let (mut values, mut errors) = (0, 0);
    for table in TABLES {
        let table: Value = serde_json::from_str(table).unwrap();
        for case in table["cases"].as_array().unwrap() {
            let template = case["t"].as_str().unwrap();
            let expected = case.get("nunjitsu").and_then(Value::as_str);
            match (render(template, &context), expected) {
                (Ok(found), Some(expected)) if found == expected => values += 1,
                (Err(_), None) => errors += 1,
                _ => others.push(template.to_owned()),
            }
        }
    }
    assert_eq!(others, KNOWN_REST.map(|(template, _)| template));
    assert_eq!((values, errors), (814, 142));
}

#[test]
fn a_lone_output_keeps_its_type_and_a_lone_tag_is_read_as_json() {
    let cases = [
        ("${{ parameters.n }}", Some(json!(4))),
        ("${{ parameters.n }} ", Some(json!("4 "))),
        ("${{ parameters.numstr }}", Some(json!("4"))),
        ("{# why #}${{ [missing, 1.5] }}", Some(json!([null, 1.5]))),
        ("${{ missing }}", None),
        ("", None),
        ("${{ \"\" }}", Some(json!(""))),
        ("{% if true %}false{% endif %}", Some(json!(false))),
        (
            "{% if true %}${{ parameters.tags }}{% endif %}",
            Some(json!(["a", "b", "c"])),
        ),
        (
            "{% if true %}a${{ parameters.str }}{% endif %}",
            Some(json!("aHello World")),
        ),
        ("{% if false %}x{% endif %}", None),
        ("{% raw %}12{% endraw %}", Some(json!("12"))),
        ("{% set q = 3 %}${{ q * 2 }}", Some(json!("6"))),
    ];
    for (template, expected) in cases {
        assert_eq!(value(template), expected, "{template}");
    }
}

#[test]
fn cookiecutter_templates_have_their_delimiters_names_and_methods() {
    let syntax = Syntax {
        dialect: Dialect::Cookiecutter,
        ..Syntax::default()
    };
    let variables = context();
    let cases = [
        (
            "{{ parameters.name }} {{ True }}{{ None }}",
            "My Service true",
        ),
        (
            "{{ parameters.obj.get('zz', 'd') }} {{ parameters.obj | jsonify }}",
            "d {\"k1\":\"v1\",\"k2\":2}",
        ),
        (
            "{% for k, v in parameters.obj.items() %}{{ k }}={{ v }};{% endfor %}",
            "k1=v1;k2=2;",
        ),
        (
            "{{ parameters.tags.append('x') }}{{ parameters.tags }}",
            "4a,b,c,x",
        ),
    ];
    for (template, expected) in cases {
        let parsed = Template::parse(template, syntax).unwrap();
        assert_eq!(parsed.render(&setting(&variables)).unwrap(), expected);
    }
}

#[test]
fn blanks_around_tags_are_dropped_on_request() {
    let template = "a\n  {% if true %}\n  b\n  {% endif %}\n{# c #}\nd";
    let rendered = |trim_blocks, lstrip_blocks| {
        let syntax = Syntax {
            dialect: Dialect::Backstage,
            trim_blocks,
            lstrip_blocks,
        };
        let parsed = Template::parse(template, syntax).unwrap();
        parsed.render(&setting(&Map::new())).unwrap()
    };
    assert_eq!(rendered(false, false), "a\n  \n  b\n  \n\nd");
    assert_eq!(rendered(true, false), "a\n    b\n  \nd");
    assert_eq!(rendered(true, true), "a\n  b\n\nd");
}

#[test]
fn conditions_can_ask_how_the_run_stands() {
    let variables = Map::new();
    let asked = |template: &str, has_failed: bool| {
        let outcome = Outcome {
            has_failed,
            ..Outcome::default()
        };
        let setting = Setting {
            outcome: Some(&outcome),
            ..setting(&variables)
        };
        let parsed = Template::parse(template, Syntax::default()).unwrap();
        (parsed.value(&setting).unwrap(), outcome.was_asked.get())
    };
    assert_eq!(asked("${{ always() }}", true), (Some(json!(true)), true));
    assert_eq!(asked("${{ failure() }}", false), (Some(json!(false)), true));
    assert_eq!(
        asked("${{ true or failure() }}", true),
        (Some(json!(true)), false)
    );
}

#[test]
fn repository_urls_are_held_against_the_configured_hosts() {
    let hosts = RepoHosts::Configured(
        [("github.com".to_owned(), super::HostKind::Other)]
            .into_iter()
            .collect(),
    );
    let variables = Map::new();
    let told = |url: &str| {
        let template = format!("${{{{ \"{url}\" | parseRepoUrl | dump }}}}");
        let setting = Setting {
            hosts: &hosts,
            ..setting(&variables)
        };
        Template::parse(&template, Syntax::default())
            .unwrap()
            .render(&setting)
    };
    assert_eq!(
        told("github.com?owner=a%20b&repo=c").unwrap(),
        r#"{"host":"github.com","owner":"a b","repo":"c"}"#
    );
    assert!(
        told("github.com?owner=a")
            .unwrap_err()
            .message
            .contains("lacks `repo=…`")
    );
    assert!(
        told("nowhere.example?owner=a&repo=b")
            .unwrap_err()
            .message
            .contains("no integration")
    );
}

#[test]
fn faults_say_where_they_are() {
    let cases = [
        ("a\n  é ${{ nope() }}", 2, 9),
        ("${{ a | foo }}", 1, 9),
        ("{% if a %}\n${{ 1 +\n }}", 3, 2),
        ("x\n{% for a in b %}", 2, 1),
        ("${{ 4 is foo }}", 1, 10),
        ("${{ parameters.str.nope() }}", 1, 20),
    ];
    for (template, line, column) in cases {
        let fault = render(template, &context()).unwrap_err();
        assert_eq!(
            (fault.line, fault.column),
            (line, column),
            "{template}: {fault}"
        );
    }
}

/// Templates that would never end, or fill the machine, or overflow the stack.
fn hostile() -> Vec<String> {
    let deep = |open: &str, middle: &str, close: &str, count: usize| {
        format!("{}{middle}{}", open.repeat(count), close.repeat(count))
    };
    let doubling = "{% set s = \"aaaaaaaaaaaaaaaa\" %}{% for i in range(64) %}{% set s = s ~ s %}{% endfor %}${{ s }}";
    let mut found: Vec<String> = [
        "{% for i in range(100000000) %}x{% endfor %}",
        "${{ range(1/0) }}",
        "${{ range(0, 1, 0.0000000001) | length }}",
        "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}",
        "{% set l = [1] %}{% for i in l %}{% set _ = l.push(i) %}{% endfor %}",
        doubling,
        "{% set l = [1] %}{% for i in range(64) %}{% set l = l.concat(l) %}{% endfor %}${{ l | length }}",
        "{% set l = [1] %}{% for i in range(64) %}{% set l = [l, l] %}{% endfor %}${{ l }}",
        "{% set l = [1] %}{% for i in range(64) %}{% set l = [l, l] %}{% endfor %}${{ l | dump }}",
        "{% set l = [1] %}{% for i in range(64) %}{% set l = [l, l] %}{% endfor %}${{ l == 1 }}",
        "{% set l = [1] %}{% for i in range(64) %}{% set l = [l, l] %}{% endfor %}${{ [].push(l) }}",
        "{% set l = [1] %}{% for i in range(64) %}{% set l = [l, l] %}{% endfor %}${{ l.flat(99) }}",
        "{% set l = [] %}${{ l.push({a: [l]}) }}",
        "{% set l = [] %}${{ l.push(l.push) }}",
        "{% macro m() %}${{ m() }}{% endmacro %}${{ m() }}",
        "{% macro m() %}${{ m() }}${{ m() }}{% endmacro %}${{ m() }}",
        "{% macro m() %}{% call m() %}${{ m() }}{% endcall %}{% endmacro %}${{ m() }}",
        "{% macro w() %}${{ caller() }}{% endmacro %}{% macro m() %}{% call w() %}${{ m() }}{% endcall %}{% endmacro %}${{ m() }}",
        "${{ \"a\" | center(99999999999) }}",
        "${{ \"a\\n\" | indent(99999999999) }}",
        "${{ [1] | batch(4000000000, 1) }}",
        "${{ [1] | slice(4000000000, 1) }}",
        "${{ \"x\" | replace(r/(((a{99}){99}){99}){99}/, \"\") }}",
        "{% set s = \"ab\" %}{% for i in range(20) %}{% set s = s ~ s %}{% endfor %}${{ s | replace(r/b|a(?:.*)c/g, s) | length }}",
        "{% set s = \"ab\" %}{% for i in range(22) %}{% set s = s ~ s %}{% endfor %}{% for c in s %}x{% endfor %}",
        "{% set s = \"ab\" %}{% for i in range(22) %}{% set s = s ~ s %}{% endfor %}${{ s | list | length }}",
        "{% set s = \"ab\" %}{% for i in range(20) %}{% set s = s ~ s %}{% endfor %}{% for i in range(9999) %}${{ s }}{% endfor %}",
        "{% set s = \"ab\" %}{% for i in range(20) %}{% set s = s ~ s %}{% endfor %}{% for i in range(99999) %}${{ s.indexOf(\"c\") }}{% endfor %}",
    ]
    .map(str::to_owned)
    .into();
    found.extend([
        deep("${{ ", "1", " }}", 10_000),
        format!("${{{{ {} }}}}", deep("(", "1", ")", 10_000)),
        format!("${{{{ {} }}}}", deep("[", "1", "]", 10_000)),
        format!("${{{{ {} }}}}", deep("a[", "1", "]", 10_000)),
        format!("${{{{ {} }}}}", deep("not ", "1", "", 10_000)),
        format!("${{{{ {} }}}}", deep("-+", "1", "", 10_000)),
        format!("${{{{ a{} }}}}", ".b".repeat(10_000)),
        format!("${{{{ a{} }}}}", "()".repeat(10_000)),
        format!("${{{{ a{} }}}}", " | upper".repeat(10_000)),
        format!("${{{{ 1{} }}}}", " + 1".repeat(10_000)),
        format!("${{{{ 1{} }}}}", " in [1]".repeat(10_000)),
        deep("{% if 1 %}", "x", "{% endif %}", 10_000),
        deep("{% for i in [1] %}", "x", "{% endfor %}", 10_000),
        format!("${{{{ {} }}}}", "r/(a{9}){9}/ == ".repeat(9_000)),
        "{% raw %}".repeat(100_000),
        "{#".repeat(100_000),
        "${{ \"".repeat(100_000),
        "x".repeat(5 << 20),
    ]);
    found
}

#[test]
fn hostile_templates_end_with_an_error() {
    for template in hostile() {
        let start = Instant::now();
        let fault = render(&template, &Map::new()).expect_err(&template[..template.len().min(100)]);
        let shown: String = template.chars().take(70).collect();
        println!("{:>6} ms  {shown}  {fault}", start.elapsed().as_millis());
        assert!(start.elapsed().as_secs() < 20, "{shown}");
    }
}

#[test]
fn deep_but_lawful_templates_fit_the_stack() {
    let mut template = String::new();
    for level in 0..49 {
        let _ = write!(template, "{{% for i{level} in [1] %}}");
    }
    let _ = write!(template, "${{{{ {}1{} }}}}", "[".repeat(49), "]".repeat(49));
    template += &"{% endfor %}".repeat(49);
    assert_eq!(render(&template, &Map::new()).unwrap(), "1");
    let recursion =
        "{% macro f(n) %}{% if n %}${{ f(n - 1) }}{% endif %}.{% endmacro %}${{ f(70) }}";
    assert_eq!(render(recursion, &Map::new()).unwrap().len(), 71);
}

#[test]
fn nested_values_are_dropped_without_recursion() {
    let cases = [
        "{% set l = [] %}{% for i in range(200000) %}{% set l = [l] %}{% endfor %}",
        "{% set l = {a: 1} %}{% for i in range(200000) %}{% set l = {a: l} %}{% endfor %}",
        "{% set l = 1 %}{% for i in range(200000) %}{% set l = cycler(l) %}{% endfor %}",
        "{% set l = [] %}{% for i in range(200000) %}{% set l = [l.pop] %}{% endfor %}",
    ];
    for template in cases {
        assert_eq!(render(template, &Map::new()).unwrap(), "");
    }
}

#[test]
fn nothing_of_the_server_can_be_seen() {
    let names = [
        "process", "env", "global", "require", "self", "this", "HOME", "PATH", "config", "context",
    ];
    for name in names {
        let template = format!("${{{{ {name} }}}}${{{{ {name}.env.HOME }}}}");
        assert_eq!(render(&template, &Map::new()).unwrap(), "", "{name}");
    }
    for name in ["constructor", "__proto__", "prototype"] {
        for template in [
            format!("${{{{ a.{name} }}}}"),
            format!("${{{{ {{}}[\"{name}\" ~ \"\"] }}}}"),
        ] {
            assert!(render(&template, &Map::new()).is_err(), "{template}");
        }
    }
}

/// Pieces of the language, to be put together at random.
const PIECES: [&str; 60] = [
    "${{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "if",
    "for",
    "in",
    "endfor",
    "endif",
    "else",
    "elif",
    "set",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "filter",
    "raw",
    "endraw",
    "switch",
    "case",
    "default",
    "a",
    "parameters",
    ".tags",
    "loop",
    "caller",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "|",
    "~",
    "+",
    "**",
    "//",
    "==",
    "not",
    "is",
    "and",
    "1",
    "99999999999",
    "\"é😀\"",
    "r/a+/g",
    "join",
    "sort",
    "range",
    ".push",
    ".split",
    " ",
    "\n",
    "replace",
    "\u{0}",
];

/// How many random templates are tried; `CALLBOARD_FUZZ` sets another number for a long run.
pub(super) fn cases(usual: u32) -> ProptestConfig {
    let count = std::env::vars().find(|(name, _)| name == "CALLBOARD_FUZZ");
    let count = count.and_then(|(_, count)| count.parse().ok());
    ProptestConfig::with_cases(count.unwrap_or(usual))
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn random_pieces_never_panic(picks in prop::collection::vec(0..PIECES.len(), 0..60), spaced in any::<bool>()) {
        let pieces: Vec<&str> = picks.into_iter().map(|pick| PIECES[pick]).collect();
        let template = pieces.join(if spaced { " " } else { "" });
        let _ = render(&template, &context());
    }

    #[test]
    fn random_expressions_never_panic(expression in expression()) {
        let context = context();
        let _ = render(&format!("${{{{ {expression} }}}}"), &context);
        let _ = render(&format!("{{% for a, b in {expression} %}}${{{{ a ~ b }}}}{{% endfor %}}"), &context);
    }

    #[test]
    fn random_text_never_panics(template in "\\PC{0,200}") {
        let _ = render(&template, &context());
    }
}

const LEAVES: [&str; 20] = [
    "1",
    "0",
    "-2.5",
    "99999999999",
    "\"\"",
    "\"a b\"",
    "\"é😀x\"",
    "\"12\"",
    "true",
    "null",
    "missing",
    "[]",
    "{}",
    "r/[a-z]+/g",
    "parameters.tags",
    "parameters.list",
    "parameters.obj",
    "parameters.str",
    "range",
    "cycler(1, \"a\")",
];
const OPERATORS: [&str; 17] = [
    "+", "-", "*", "/", "//", "%", "**", "~", "==", "===", "!=", "<", ">=", "and", "or", "in",
    "not in",
];

/// Expressions that parse, of every operator, filter and method.
pub(super) fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(LEAVES.to_vec()).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = prop::sample::select(OPERATORS.to_vec());
        let filter = prop::sample::select(super::filters::names());
        let method = prop::sample::select(super::methods::names());
        let some = prop::collection::vec(inner.clone(), 0..4).prop_map(|some| some.join(", "));
        let (a, b, c) = (inner.clone(), inner.clone(), inner);
        prop_oneof![
            (a.clone(), operator, b.clone()).prop_map(|(a, with, b)| format!("({a} {with} {b})")),
            (a.clone(), filter, some.clone())
                .prop_map(|(a, by, some)| format!("({a} | {by}({some}))")),
            (a.clone(), method, some).prop_map(|(a, by, some)| format!("({a}).{by}({some})")),
            (a.clone(), b.clone(), c).prop_map(|(a, b, c)| format!("({a})[{b}:{c}]")),
            (a.clone(), b).prop_map(|(a, b)| format!("[{a}, {b}]")),
            a.prop_map(|a| format!("{{a: {a} }}")),
        ]
    })
}
