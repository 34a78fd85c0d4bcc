//! JSON, with faults worded as V8's `JSON.parse` words them.

use serde_json::Value;

use super::json_fault::{find_fault, is_blank, unexpected_start};

/// Reads JSON. The error is V8's message.
pub fn parse_json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|fault| {
        // What only we refuse, such as nesting without end, has no message of V8's.
        find_fault(text).unwrap_or_else(|| fault.to_string())
    })
}

/// As [`parse_json`], for the body of a request: only an object or an array is one (`body-parser`, strict).
pub fn parse_json_body(bytes: &[u8]) -> Result<Value, String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_collection = match text.trim_start_matches(is_blank).chars().next() {
        None => true,
        Some(first) => first == '{' || first == '[',
    };
    if is_collection {
        return parse_json(text);
    }
    Err(unexpected_start(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn faults_are_worded_as_v8_words_them() {
        for (text, expected) in [
            ("", "Unexpected end of JSON input"),
            ("[", "Unexpected end of JSON input"),
            ("nul", "Unexpected end of JSON input"),
            (
                "{",
                "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
            ),
            (
                "{\"a\":1,}",
                "Expected double-quoted property name in JSON at position 7 (line 1 column 8)",
            ),
            (
                "{\"a\" [1]}",
                "Expected ':' after property name in JSON at position 5 (line 1 column 6)",
            ),
            (
                "{\"a\":[1}",
                "Expected ',' or ']' after array element in JSON at position 7 (line 1 column 8)",
            ),
            (
                "{\"a\":1]",
                "Expected ',' or '}' after property value in JSON at position 6 (line 1 column 7)",
            ),
            (
                "{\"a\":1}}",
                "Unexpected non-whitespace character after JSON at position 7 (line 1 column 8)",
            ),
            (
                "{\"a\":}",
                "Unexpected token '}', \"{\"a\":}\" is not valid JSON",
            ),
            (
                "{\"entityRefs\":[\"a\",]}",
                "Unexpected token ']', ...\"efs\":[\"a\",]}\" is not valid JSON",
            ),
            (
                "{\n\"x\":\"\t\"}",
                "Bad control character in string literal in JSON at position 7 (line 2 column 6)",
            ),
            (
                "[\"ab",
                "Unterminated string in JSON at position 4 (line 1 column 5)",
            ),
            (
                "[\"\\q\"]",
                "Bad escaped character in JSON at position 3 (line 1 column 4)",
            ),
            (
                "[\"\\u12x4\"]",
                "Bad Unicode escape in JSON at position 6 (line 1 column 7)",
            ),
            (
                "[-]",
                "No number after minus sign in JSON at position 2 (line 1 column 3)",
            ),
            (
                "[01]",
                "Unexpected number in JSON at position 2 (line 1 column 3)",
            ),
            (
                "[1.]",
                "Unterminated fractional number in JSON at position 3 (line 1 column 4)",
            ),
            (
                "[1e]",
                "Exponent part is missing a number in JSON at position 3 (line 1 column 4)",
            ),
            ("[\"\\", "Unexpected end of JSON input"),
            ("undefined", "\"undefined\" is not valid JSON"),
        ] {
            assert_eq!(parse_json(text).expect_err(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_body_is_an_object_or_an_array() {
        for (body, expected) in [
            (
                "not json",
                "Unexpected token 'n', \"not json\" is not valid JSON",
            ),
            (
                "\"str\"",
                "Unexpected token '\"', \"\"str\"\" is not valid JSON",
            ),
            ("123", "Unexpected token '1', \"123\" is not valid JSON"),
            ("  ", "Unexpected end of JSON input"),
        ] {
            assert_eq!(parse_json_body(body.as_bytes()).expect_err(body), expected);
        }
        assert!(parse_json_body(b" {} ").is_ok() && parse_json_body(b"[1]").is_ok());
    }

    #[test]
    fn endless_nesting_is_refused_without_recursion() {
        let fault = parse_json(&"[".repeat(100_000)).expect_err("too deep");
        assert_eq!(fault, "Unexpected end of JSON input");
        let closed = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(parse_json(&closed).is_err());
    }
}
