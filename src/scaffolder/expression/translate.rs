//! From JavaScript's notation of patterns to that of the `regex` crate.

use std::{fmt::Write, iter::Peekable, str::Chars};

use super::error::{Fault, Result};

const LINE_ENDS: &str = r"\n\r\u{2028}\u{2029}";
const BLANKS: &str = r"\t\n\x0b\x0c\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";

/// The same pattern in the other notation. JavaScript's `\d`, `\w` and `\b` know ASCII only, its `.` stops at four
/// line ends, and its classes do not nest.
pub(super) fn translate(source: &str, multi_line: bool) -> Result<String> {
    let mut translation = Translation {
        rest: source.chars().peekable(),
        out: String::new(),
        multi_line,
    };
    while let Some(c) = translation.rest.next() {
        translation.take(c)?;
    }
    Ok(translation.out)
}

struct Translation<'s> {
    rest: Peekable<Chars<'s>>,
    out: String,
    multi_line: bool,
}

impl Translation<'_> {
    fn take(&mut self, c: char) -> Result<()> {
        match c {
            '\\' => self.escape(false)?,
            '[' => self.class()?,
            '.' => self.out.extend(["[^", LINE_ENDS, "]"]),
            '^' if self.multi_line => self.out += "(?m:^)",
            '$' if self.multi_line => self.out += "(?m:$)",
            '^' => self.out += r"\A",
            '$' => self.out += r"\z",
            '(' => self.group()?,
            '{' if !self.is_count() => self.out += r"\{",
            ' ' | '#' | '&' | '~' | '-' => {
                let _ = write!(self.out, "\\{c}");
            }
            _ => self.out.push(c),
        }
        Ok(())
    }

    /// Whether what follows a `{` is a count: `2}`, `2,}` or `2,3}`. Otherwise the brace is one.
    fn is_count(&self) -> bool {
        let rest: String = self.rest.clone().take_while(|&c| c != '}').collect();
        let is_closed = self.rest.clone().any(|c| c == '}');
        let (least, most) = rest.split_once(',').unwrap_or((&rest, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        is_closed && !least.is_empty() && is_number(least) && is_number(most)
    }

    fn group(&mut self) -> Result<()> {
        self.out.push('(');
        if self.rest.peek() != Some(&'?') {
            return Ok(());
        }
        let ahead: String = self.rest.clone().skip(1).take(2).collect();
        let mut ahead = ahead.chars();
        match (ahead.next(), ahead.next()) {
            (Some('=' | '!'), _) | (Some('<'), Some('=' | '!')) => {
                Err(impossible("look-around, such as (?=…)"))
            }
            (Some(':' | '<'), _) => Ok(()),
            _ => Err(Fault::new(
                "A group in a pattern begins with (, (?: or (?<name>",
            )),
        }
    }

    fn class(&mut self) -> Result<()> {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            // JavaScript: [^] is any character, [] none.
            self.out += if is_negated { r"[\s\S]" } else { r"[^\s\S]" };
            return Ok(());
        }
        self.out += if is_negated { "[^" } else { "[" };
        loop {
            match self.rest.next() {
                None => {
                    return Err(Fault::new(
                        "A class in this pattern has no end: `]` is missing",
                    ));
                }
                Some(']') => break,
                Some('\\') => self.escape(true)?,
                Some(c @ ('[' | '&' | '~' | '^')) => {
                    let _ = write!(self.out, "\\{c}");
                }
                Some('-') if self.rest.peek() == Some(&']') || self.out.ends_with(['[', '^']) => {
                    self.out += r"\-";
                }
                Some(c) => self.out.push(c),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn escape(&mut self, in_class: bool) -> Result<()> {
        let Some(c) = self.rest.next() else {
            return Err(Fault::new("A pattern cannot end with a backslash"));
        };
        let bare = |set: &str| {
            if in_class {
                set.to_owned()
            } else {
                format!("[{set}]")
            }
        };
        match c {
            'd' => self.out += &bare("0-9"),
            'w' => self.out += &bare("0-9A-Za-z_"),
            's' => self.out += &bare(BLANKS),
            'D' => self.out += "[^0-9]",
            'W' => self.out += "[^0-9A-Za-z_]",
            'S' => self.out.extend(["[^", BLANKS, "]"]),
            'b' if in_class => self.out += r"\x08",
            'b' => self.out += r"(?-u:\b)",
            'B' => self.out += r"(?-u:\B)",
            'n' | 't' | 'r' | 'v' | 'f' => {
                let _ = write!(self.out, "\\{c}");
            }
            '0' => self.out += r"\x00",
            '1'..='9' if !in_class => return Err(impossible("back-references, such as \\1")),
            'k' if !in_class => return Err(impossible("back-references, such as \\k<name>")),
            'x' => self.code(2, c),
            'u' => self.code(4, c),
            c => self.character(c),
        }
        Ok(())
    }

    /// `\x41`, `\u0041`; without so many digits, the letter itself.
    fn code(&mut self, digits: usize, letter: char) {
        let code: String = self.rest.clone().take(digits).collect();
        let value = u32::from_str_radix(&code, 16).ok();
        let c = value
            .filter(|_| code.len() == digits)
            .and_then(char::from_u32);
        match c {
            Some(c) => {
                self.rest.nth(digits - 1);
                self.character(c);
            }
            None => self.out.push(letter),
        }
    }

    /// A character that stands for itself.
    fn character(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            self.out.push(c);
        } else {
            let _ = write!(self.out, "\\x{:02x}", u32::from(c));
        }
    }
}

fn impossible(what: &str) -> Fault {
    Fault::new(format!(
        "Patterns here are matched in linear time, which rules out {what}"
    ))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::translate;

    fn matches(pattern: &str, text: &str) -> bool {
        Regex::new(&translate(pattern, false).unwrap())
            .unwrap()
            .is_match(text)
    }

    #[test]
    fn javascript_patterns_keep_their_meaning() {
        let cases = [
            (r"^\d+$", "12", true),
            (r"^\d$", "\u{0663}", false),
            (r"^\w$", "é", false),
            ("a.b", "a\u{2028}b", false),
            ("[a[b]", "[", true),
            ("[a&&b]", "&", true),
            (r"[\w-]+$", "-", true),
            ("[^]", "\n", true),
            ("x{a}", "x{a}", true),
            ("a{2}", "aa", true),
            (r"\/\-\:", "/-:", true),
            (r"\u0041\x42", "AB", true),
            (r"\bfoo\b", "a foo b", true),
            ("#", "#", true),
            ("^a$", "a\n", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn what_needs_back_tracking_is_refused() {
        for pattern in ["(?=a)", "(?!a)", "(?<=a)", r"(a)\1", r"\k<n>", "[a", "a\\"] {
            assert!(translate(pattern, false).is_err(), "{pattern}");
        }
    }
}
