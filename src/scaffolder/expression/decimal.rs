//! `toFixed`, `toExponential`, `toPrecision` and `toString(radix)`, exactly (ECMA-262, §21.1.3).
//!
//! A number's exact decimal digits are written out and rounded half up; Rust's own formatting rounds half to even.

use super::number::{exponential, is_same, of_length, print};

/// Digits after the point of the smallest number there is.
const ALL_DIGITS: usize = 1074;

/// So many digits after the point.
pub(super) fn to_fixed(number: f64, digits: usize) -> String {
    if !number.is_finite() || number.abs() >= 1e21 {
        return print(number);
    }
    let exact = format!("{:.ALL_DIGITS$}", number.abs());
    let point = exact.find('.').unwrap_or(exact.len());
    let (rounded, carried) = round_at(&exact.replace('.', ""), point + digits);
    let point = point + usize::from(carried);
    with_sign(number, with_point(&rounded, point))
}

/// So many digits after the point, with an exponent; none given: as many as needed. The number is finite.
pub(super) fn to_exponential(number: f64, digits: Option<usize>) -> String {
    let Some(digits) = digits else {
        return exponential(&format!("{:e}", number + 0.0));
    };
    let (rounded, exponent) = significant(number, digits + 1);
    let mantissa = with_point(&rounded, 1);
    with_sign(number, exponential(&format!("{mantissa}e{exponent}")))
}

/// So many digits in all. The number is finite.
pub(super) fn to_precision(number: f64, digits: usize) -> String {
    let (rounded, exponent) = significant(number, digits);
    let shown = if exponent < -6 || exponent >= signed(digits) {
        let mantissa = with_point(&rounded, 1);
        exponential(&format!("{mantissa}e{exponent}"))
    } else if exponent >= 0 {
        with_point(&rounded, exponent.unsigned_abs() + 1)
    } else {
        let zeros = "0".repeat(exponent.unsigned_abs() - 1);
        format!("0.{zeros}{rounded}")
    };
    with_sign(number, shown)
}

/// In another base, 2 to 36. As many digits after the point as tell the number from its neighbours.
pub(super) fn to_radix(number: f64, radix: u32) -> String {
    if !number.is_finite() || radix == 10 {
        return print(number);
    }
    let base = f64::from(radix);
    let mut whole = number.abs().floor();
    let mut text = Vec::new();
    loop {
        text.push(digit(whole % base, radix));
        whole = (whole / base).floor();
        if whole == 0.0 {
            break;
        }
    }
    text.reverse();
    let mut rest = number.abs().fract();
    let mut delta = (0.5 * (number.abs().next_up() - number.abs())).max(f64::MIN_POSITIVE);
    if rest >= delta {
        text.push('.');
        while rest >= delta {
            rest *= base;
            delta *= base;
            let mut next = rest.floor();
            rest -= next;
            // The last digit is rounded, unless that would carry.
            if rest > 0.5 && rest + delta > 1.0 && next + 1.0 < base {
                next += 1.0;
                rest = 0.0;
            }
            text.push(digit(next, radix));
        }
    }
    with_sign(number, text.into_iter().collect())
}

fn digit(value: f64, radix: u32) -> char {
    (0..radix)
        .find(|&digit| is_same(f64::from(digit), value))
        .and_then(|value| char::from_digit(value, radix))
        .unwrap_or('0')
}

/// The first digits of a number, rounded, and the exponent of the first.
fn significant(number: f64, digits: usize) -> (String, isize) {
    if number == 0.0 {
        return ("0".repeat(digits), 0);
    }
    let exact = format!("{:.ALL_DIGITS$e}", number.abs());
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let (mut rounded, carried) = round_at(&mantissa.replace('.', ""), digits);
    rounded.truncate(digits);
    let exponent: isize = exponent.parse().unwrap_or_default();
    (rounded, exponent + isize::from(carried))
}

/// The first digits, the last of them rounded half up; and whether there is one more now.
fn round_at(digits: &str, keep: usize) -> (String, bool) {
    let mut kept: Vec<u8> = digits.bytes().take(keep).collect();
    kept.resize(keep, b'0');
    if digits
        .as_bytes()
        .get(keep)
        .is_some_and(|&next| next >= b'5')
    {
        for digit in kept.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return (String::from_utf8_lossy(&kept).into_owned(), false);
            }
            *digit = b'0';
        }
        kept.insert(0, b'1');
        return (String::from_utf8_lossy(&kept).into_owned(), true);
    }
    (String::from_utf8_lossy(&kept).into_owned(), false)
}

fn with_point(digits: &str, point: usize) -> String {
    match digits.split_at_checked(point) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
        _ => digits.to_owned(),
    }
}

fn with_sign(number: f64, text: String) -> String {
    if number < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

fn signed(length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}

/// A number of digits, if it is a whole number within bounds.
pub(super) fn digit_count(number: f64, least: usize, most: usize) -> Option<usize> {
    let number = if number.is_nan() { 0.0 } else { number.trunc() };
    (least..=most).find(|&count| is_same(of_length(count), number))
}

#[cfg(test)]
mod tests {
    use super::{to_exponential, to_fixed, to_precision, to_radix};

    #[test]
    fn halves_are_rounded_up_and_others_exactly() {
        assert_eq!(to_fixed(2.5, 0), "3");
        assert_eq!(to_fixed(1.005, 2), "1.00");
        assert_eq!(to_fixed(9.96, 1), "10.0");
        assert_eq!(to_fixed(-0.000_000_1, 2), "-0.00");
        assert_eq!(to_fixed(1e21, 2), "1e+21");
        assert_eq!(to_exponential(1234.5678, Some(2)), "1.23e+3");
        assert_eq!(to_exponential(0.0, Some(2)), "0.00e+0");
        assert_eq!(to_exponential(99.99, Some(1)), "1.0e+2");
        assert_eq!(to_precision(0.000_01, 2), "0.000010");
        assert_eq!(to_precision(123_456.0, 2), "1.2e+5");
        assert_eq!(to_precision(99.99, 3), "100");
    }

    #[test]
    fn other_bases_have_as_many_digits_as_needed() {
        assert_eq!(to_radix(255.5, 16), "ff.8");
        assert_eq!(to_radix(-255.0, 36), "-73");
        assert_eq!(to_radix(0.1, 3), "0.0022002200220022002200220022002201");
    }
}
