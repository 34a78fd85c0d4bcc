//! Numbers as JavaScript writes and reads them.

/// As JavaScript prints a number: the fewest digits that read back as the same (ECMA-262, `Number::toString`).
pub(super) fn print(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        return format!("{sign}Infinity");
    }
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        return exponential(&format!("{number:e}"));
    }
    // Minus zero prints as zero.
    format!("{}", number + 0.0)
}

/// `1.5e21` as JavaScript writes it: `1.5e+21`.
pub(super) fn exponential(rust: &str) -> String {
    match rust.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => rust.to_owned(),
    }
}

/// JavaScript's `Number(text)`: blanks around are ignored, nothing is 0, what is no number is NaN.
pub(super) fn read(text: &str) -> f64 {
    let text = trim(text);
    let radix = match text.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => return read_decimal(text),
    };
    let digits = &text[2..];
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return f64::NAN;
    }
    digits_value(digits, radix)
}

fn read_decimal(text: &str) -> f64 {
    if text.is_empty() {
        return 0.0;
    }
    let (number, length) = decimal_prefix(text);
    if length == text.len() {
        number
    } else {
        f64::NAN
    }
}

/// JavaScript's `parseFloat`: the number at the beginning.
pub(super) fn parse_float(text: &str) -> f64 {
    decimal_prefix(trim(text)).0
}

/// JavaScript's `parseInt`: the digits at the beginning. A base of 0 is 10, and 16 after `0x`.
pub(super) fn parse_int(text: &str, radix: f64) -> f64 {
    let text = trim(text);
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => (-1.0, &text[1..]),
        [b'+', ..] => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let hexadecimal = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let radix = if radix.is_finite() {
        radix.trunc()
    } else {
        0.0
    };
    let (radix, digits) = match (radix, hexadecimal) {
        (0.0 | 16.0, Some(digits)) => (16, digits),
        (0.0, None) => (10, digits),
        // In range, so nothing is lost.
        (radix, _) if (2.0..=36.0).contains(&radix) => (small(radix), digits),
        _ => return f64::NAN,
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    if end == 0 {
        return f64::NAN;
    }
    sign * digits_value(&digits[..end], radix)
}

fn digits_value(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    let add = |sum: f64, digit: u32| sum.mul_add(f64::from(radix), f64::from(digit));
    digits
        .chars()
        .filter_map(|c| c.to_digit(radix))
        .fold(0.0, add)
}

/// The decimal number at the beginning, and its length; NaN and 0 if there is none.
fn decimal_prefix(text: &str) -> (f64, usize) {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let sign = usize::from(text.starts_with(['-', '+']));
    if text[sign..].starts_with("Infinity") {
        let infinity = if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
        return (infinity, sign + "Infinity".len());
    }
    let whole = digits(sign);
    let mut end = sign + whole;
    if bytes.get(end) == Some(&b'.') && whole + digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if end == sign {
        return (f64::NAN, 0);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = digits(end + 1 + signed);
        if exponent > 0 {
            end += 1 + signed + exponent;
        }
    }
    (text[..end].parse().unwrap_or(f64::NAN), end)
}

/// JavaScript's `===` of numbers.
#[expect(clippy::float_cmp, reason = "JavaScript compares numbers exactly")]
pub(super) fn is_same(a: f64, b: f64) -> bool {
    a == b
}

/// What JavaScript takes for blanks.
pub(super) fn is_blank(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// JavaScript's `trim`.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// JavaScript's `Math.round`: halves go up.
pub(super) fn round(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// JavaScript's `**`, which differs from C's `pow` where a base of one meets no number.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (is_same(base.abs(), 1.0) && exponent.is_infinite()) {
        return f64::NAN;
    }
    base.powf(exponent)
}

/// A whole number that is known to be small and not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the callers have checked the range"
)]
pub(super) fn small(number: f64) -> u32 {
    number as u32
}

/// As an index: fractions are cut off, NaN is 0, what is out of range goes to its ends.
#[expect(
    clippy::cast_possible_truncation,
    reason = "float to integer casts saturate, which is what is wanted"
)]
pub(super) fn index(number: f64) -> i64 {
    number as i64
}

/// A length or count as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "nothing here is longer than 2^53"
)]
pub(super) fn of_length(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests {
    use super::{is_same, parse_float, parse_int, print, read, round};

    #[test]
    fn numbers_print_as_in_javascript() {
        let cases = [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ];
        for (number, expected) in cases {
            assert_eq!(print(number), expected);
        }
    }

    #[test]
    fn texts_read_as_in_javascript() {
        let cases = [
            ("", 0.0),
            (" 12 ", 12.0),
            ("0x10", 16.0),
            ("0b11", 3.0),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("-Infinity", f64::NEG_INFINITY),
        ];
        for (text, expected) in cases {
            assert!(is_same(read(text), expected), "{text}: {}", read(text));
        }
        for text in ["1_0", "-0x1", "a", "1 2", ".", "inf", "nan", "1e"] {
            assert!(read(text).is_nan(), "{text}: {}", read(text));
        }
    }

    #[test]
    fn beginnings_are_parsed() {
        assert!(is_same(parse_float("3.5xyz"), 3.5));
        assert!(parse_float("1e400").is_infinite());
        assert!(parse_float("-").is_nan());
        assert!(parse_int("0x1f", 10.0) == 0.0);
        assert!(is_same(parse_int("0x1f", 0.0), 31.0));
        assert!(is_same(parse_int("-3.9", 10.0), -3.0));
        assert!(parse_int("10", 1.0).is_nan());
        assert!(is_same(round(-2.5), -2.0) && round(0.499_999_999_999_999_94) == 0.0);
    }
}
