//! What the dialect is, held against the answers of Backstage's parser, and what strangers may try.

use serde_json::{Value, json};

use super::{MAX_DEPTH, RawDocument, parse_document, split_documents};
use crate::entity::Diagnostic;

const CASES: &str = include_str!("../../../tests/data/yaml-cases.json");

/// Where we answer otherwise than Backstage's parser, on purpose, and what we answer.
const DEVIATIONS: [(&str, &str); 3] = [
    // Backstage writes these numbers as JSON before anyone sees them, and JSON has no infinity.
    (
        "floats",
        r#"[{"a":1,"b":1000,"c":0.5,"d":"1.2.3","e":null,"f":1.1,"g":12000,"h":6.02e+23}]"#,
    ),
    ("exp_gitsha", r#"[{"a":1.234e+59,"b":null,"c":0}]"#),
    // There is one dialect, whatever a directive says.
    ("doc_directive11", r#"[{"a":"yes"}]"#),
];

/// Every document of a file as the table writes it: its value, or the first line of its error.
fn answers(file: &str, merge_keys: bool) -> Value {
    let answer = |raw: &RawDocument<'_>| match parse_document(raw, merge_keys) {
        Ok(value) => json!(value),
        Err(fault) => json!({ "ERR": fault.message.lines().next() }),
    };
    split_documents(file).iter().map(answer).collect()
}

/// The one document of a text.
fn document(text: &str) -> Result<Option<Value>, Diagnostic> {
    let raw = RawDocument {
        text,
        first_line: 1,
    };
    parse_document(&raw, false)
}

fn fault(text: &str) -> Diagnostic {
    document(text).expect_err(text)
}

#[test]
fn the_table_of_backstages_parser_holds_but_for_named_deviations() {
    let table: Value = serde_json::from_str(CASES).unwrap();
    let mut deviating = Vec::new();
    for case in table["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let expected: Value = serde_json::from_str(case["expected"].as_str().unwrap()).unwrap();
        let found = answers(case["yaml"].as_str().unwrap(), name == "merge");
        match DEVIATIONS.iter().find(|(deviating, _)| *deviating == name) {
            Some((_, ours)) => {
                assert_eq!(
                    found,
                    serde_json::from_str::<Value>(ours).unwrap(),
                    "{name}"
                );
                assert_ne!(found, expected, "{name} deviates no more");
                deviating.push(name);
            }
            None => assert_eq!(found, expected, "{name}"),
        }
    }
    assert_eq!(
        deviating,
        DEVIATIONS.map(|(name, _)| name),
        "all are in the table"
    );
}

#[test]
fn keys_keep_their_order() {
    let value = document("z: 1\na: 2\nm: {y: 1, b: 2}\n").unwrap().unwrap();
    assert_eq!(value.to_string(), r#"{"z":1,"a":2,"m":{"y":1,"b":2}}"#);
}

#[test]
fn nothing_and_null_are_no_document() {
    for text in [
        "",
        "\n",
        "# c\n",
        "---\n",
        "--- # c\n...\n",
        "~",
        "null\n",
        "\u{feff}",
    ] {
        assert_eq!(document(text).unwrap(), None, "{text:?}");
    }
}

#[test]
fn a_json_file_is_a_document() {
    let text = "{\n\t\"a\": [1, 2.50, true, null, \"\\u00e9\\n\"],\n\t\"b\": {}\n}\n";
    assert_eq!(
        document(text).unwrap(),
        Some(json!({"a": [1, 2.5, true, null, "é\n"], "b": {}}))
    );
}

#[test]
fn numbers_are_as_javascript_writes_them() {
    let cases = [
        ("-0", "0"),
        ("-0.0", "0"),
        ("1.", "1"),
        ("-.5e-3", "-0.0005"),
        ("+12", "12"),
        ("-12345678901234567890", "-12345678901234567000"),
        ("9007199254740993", "9007199254740992"),
        ("0xffffffffffffffff", "18446744073709552000"),
        ("1e21", "1e21"),
        ("-.inf", "null"),
        (".NaN", "null"),
        ("0x", "\"0x\""),
        ("0o8", "\"0o8\""),
        ("-0x1", "\"-0x1\""),
        (".", "\".\""),
        ("e5", "\"e5\""),
        ("1e", "\"1e\""),
        ("1.5.2", "\"1.5.2\""),
        ("+", "\"+\""),
        ("١", "\"١\""),
    ];
    for (text, expected) in cases {
        let found = answers(&format!("a: {text}"), false)[0]["a"].clone();
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(found.as_f64(), expected.as_f64(), "{text}");
        assert_eq!(found.is_string(), expected.is_string(), "{text}");
    }
}

#[test]
fn tags_turn_text_into_what_they_name_if_it_fits() {
    let text = "a: !!float 1\nb: !!bool 'yes'\nc: !!int x\nd: !!null ''\ne: ! 12\nf: !!float '1.5'\ng: !!str\nh: !x [1]";
    let expected =
        json!({"a": "1", "b": "yes", "c": "x", "d": null, "e": "12", "f": 1.5, "g": "", "h": [1]});
    assert_eq!(document(text).unwrap(), Some(expected));
}

#[test]
fn merge_keys_bring_what_is_not_there() {
    let read = |text| {
        let raw = RawDocument {
            text,
            first_line: 1,
        };
        parse_document(&raw, true).map_err(|fault| fault.message)
    };
    let cases = [
        ("{a: 1, <<: {a: 2, b: 3}}", r#"{"a":1,"b":3}"#),
        ("{<<: [{a: 1}, {a: 2, b: 3}], b: 4}", r#"{"a":1,"b":4}"#),
        ("{<<: {a: 1}, <<: {b: 2}}", r#"{"a":1,"b":2}"#),
        ("{'<<': {a: 1}}", r#"{"<<":{"a":1}}"#),
        ("{a: <<}", r#"{"a":"<<"}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).unwrap().unwrap().to_string(), expected, "{text}");
    }
    let told = read("<<: 1").unwrap_err();
    assert_eq!(told, "Error: Merge sources must be maps or map aliases");
    let told = read("{<<: {a: 1}, a: 2, a: 3}").unwrap_err();
    assert!(
        told.starts_with("YAMLParseError: Map keys must be unique at line 1, column 20"),
        "{told}"
    );
}

#[test]
fn faults_are_placed_in_the_file() {
    let file = "# one\na: 1\n---\nb: 2\nc: \"x\n";
    let raw = split_documents(file)[1];
    let fault = parse_document(&raw, false).unwrap_err();
    assert_eq!(fault.position.unwrap().line, 5);
    assert!(
        fault
            .message
            .starts_with("YAMLParseError: Missing closing \"quote at line 6, column 1")
    );
}

#[test]
fn a_message_shows_the_line_as_backstage_does() {
    let long = "k: ".to_owned() + &"x".repeat(70) + ": " + &"y".repeat(90);
    let cases = [
        ("a: 1\na: 2", "Map keys must be unique at line 2, column 1:\n\na: 1\na: 2\n^\n".to_owned()),
        ("a: é: b", "Nested mappings are not allowed in compact mappings at line 1, column 4:\n\na: é: b\n   ^\n".to_owned()),
        (&long, format!(
            "Nested mappings are not allowed in compact mappings at line 1, column 4:\n\n{}…\n   ^\n",
            &long[..79]
        )),
    ];
    for (text, expected) in cases {
        assert_eq!(fault(text).message, format!("YAMLParseError: {expected}"));
    }
}

#[test]
fn every_fault_says_why_and_what_to_do() {
    let texts = [
        "a: b: c",
        "a:\n\tb: 1",
        "a: 1\n- b",
        "- a\nb: 1",
        "a: 1\n b: 2",
        "a: @x",
        "a: [1",
        "a: 'x",
        "a: *x",
        "a: 1\na: 1",
        "a: {{ x }}-y",
        "a: |x\n  y",
        "a: &a [*a]",
        "%YAML 3.0\n---\na",
        "a: ]",
        "a: \u{1}",
        "a: \"\\q\"",
        "a: !x!y 1",
        "a: - b",
        "a: 1\nb",
        "a: \"x\"# c",
        "a: *",
    ];
    for text in texts {
        let fault = fault(text);
        assert!(
            fault.reason.ends_with('.') && fault.mend.ends_with('.'),
            "{fault:?}"
        );
        assert!(fault.message.contains("Error: "), "{fault:?}");
        assert!(fault.position.is_some(), "{fault:?}");
    }
}

#[test]
fn alias_bombs_are_refused_at_once() {
    let many = "a: &a x\nb: [".to_owned() + &"*a, ".repeat(1000) + "]";
    let large = format!(
        "a: &a \"{}\"\nb: [{}]",
        "x".repeat(1 << 20),
        "*a, ".repeat(50)
    );
    let deep: Vec<String> = (1..200)
        .map(|n| format!("a{n}: &a{n} [*a{}]", n - 1))
        .collect();
    let deep = format!("a0: &a0 [x]\n{}", deep.join("\n"));
    let wide: Vec<String> = (1..200)
        .map(|n| {
            let (text, aliases) = ("x".repeat(9000), format!("*a{n}, ").repeat(90));
            format!("a{n}: &a{n} {text}\nb{n}: [{aliases}]")
        })
        .collect();
    let wide = wide.join("\n");
    let nested_anchors = format!(
        "{}{}{}",
        "&a [".repeat(99),
        "x".repeat(1 << 20),
        "]".repeat(99)
    );
    for text in [many, large, deep, wide, nested_anchors] {
        let fault = fault(&text);
        assert!(
            fault
                .message
                .starts_with("ReferenceError: Excessive alias count")
                || fault.message.starts_with("RangeError: Maximum call stack"),
            "{}",
            fault.message
        );
    }
}

#[test]
fn deep_nesting_is_an_error_and_never_overflows() {
    let block: Vec<String> = (0..3000).map(|n| format!("{}a:", " ".repeat(n))).collect();
    let texts = [
        "[".repeat(5000),
        "{a: ".repeat(5000),
        "- ".repeat(5000),
        "? ".repeat(5000),
        block.join("\n"),
        "[".repeat(5000) + &"]".repeat(5000),
        "[{".repeat(200),
    ];
    for text in texts {
        let fault = fault(&text);
        assert!(fault.message.starts_with("RangeError"), "{}", fault.message);
    }
    let deepest = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert!(document(&deepest).unwrap().is_some());
    assert!(document(&format!("[{deepest}]")).is_err());
}

#[test]
fn control_characters_are_refused_by_name() {
    for (text, name) in [
        ("a: 1\0b\n", "\\u{0}"),
        ("\0", "\\u{0}"),
        ("a: x\u{1b}y", "\\u{1b}"),
    ] {
        let told = fault(text).message;
        assert!(
            told.starts_with(&format!("YAMLParseError: Unexpected character {name}")),
            "{told}"
        );
    }
}

#[test]
fn size_is_bounded_and_below_the_bound_fast() {
    let huge = format!("a: {}", "x".repeat(super::MAX_BYTES));
    assert!(fault(&huge).message.contains("too large"));
    let many = format!("[{}]", "a,".repeat(super::MAX_VALUES));
    assert!(fault(&many).message.contains("too large"));
    let large = format!(
        "a: |\n  {}\nb: \"{}\"\n",
        "x".repeat(4 << 20),
        "\\n".repeat(1 << 20)
    );
    let value = document(&large).unwrap().unwrap();
    assert_eq!(value["a"].as_str().unwrap().len(), (4 << 20) + 1);
    assert_eq!(value["b"].as_str().unwrap().len(), 1 << 20);
}
