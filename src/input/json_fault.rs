//! Finds what is wrong with a JSON text, as V8's parser does: first fault, position, what is around it.

/// What JSON skips.
pub(super) fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}

/// What is wrong with a JSON text, in V8's words; `None` if V8 would read it.
pub(super) fn find_fault(text: &str) -> Option<String> {
    Scanner::new(text).document().err()
}

/// What is said of a text whose first token may not stand there.
pub(super) fn unexpected_start(text: &str) -> String {
    let mut scanner = Scanner::new(text);
    scanner.skip_blanks();
    scanner.unexpected()
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    FirstItem,
    FirstKey,
    Key,
    End,
}

/// Walks along the UTF-16 units of a text, as positions of V8 count them.
struct Scanner {
    units: Vec<u16>,
    at: usize,
}

impl Scanner {
    fn new(text: &str) -> Self {
        Self {
            units: text.encode_utf16().collect(),
            at: 0,
        }
    }

    /// The unit here, if it is ASCII; 0xff for others, 0 at the end.
    fn peek(&self) -> u8 {
        let unit = self.units.get(self.at).copied();
        unit.map_or(0, |unit| u8::try_from(unit).unwrap_or(0xff))
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.units.len()
    }

    fn skip_blanks(&mut self) {
        while !self.is_at_end() && is_blank(char::from(self.peek())) {
            self.at += 1;
        }
    }

    fn document(&mut self) -> Result<(), String> {
        let mut open: Vec<u8> = Vec::new();
        let mut expected = Expected::Value;
        loop {
            self.skip_blanks();
            expected = match expected {
                Expected::FirstKey | Expected::Key => self.key(expected, &mut open)?,
                Expected::FirstItem if self.peek() == b']' => {
                    self.at += 1;
                    open.pop();
                    Expected::End
                }
                Expected::FirstItem | Expected::Value => self.value(&mut open)?,
                Expected::End => match open.last() {
                    None if self.is_at_end() => return Ok(()),
                    None => {
                        return Err(self.told("Unexpected non-whitespace character after JSON"));
                    }
                    Some(b'{') => self.separator(
                        b'}',
                        Expected::Key,
                        "Expected ',' or '}' after property value in JSON",
                        &mut open,
                    )?,
                    Some(_) => self.separator(
                        b']',
                        Expected::Value,
                        "Expected ',' or ']' after array element in JSON",
                        &mut open,
                    )?,
                },
            };
        }
    }

    fn separator(
        &mut self,
        close: u8,
        next: Expected,
        message: &str,
        open: &mut Vec<u8>,
    ) -> Result<Expected, String> {
        let found = self.peek();
        if found != b',' && found != close || self.is_at_end() {
            return Err(self.told(message));
        }
        self.at += 1;
        if found == b',' {
            return Ok(next);
        }
        open.pop();
        Ok(Expected::End)
    }

    /// A key and its colon, or the end of an empty object.
    fn key(&mut self, expected: Expected, open: &mut Vec<u8>) -> Result<Expected, String> {
        if expected == Expected::FirstKey && self.peek() == b'}' {
            self.at += 1;
            open.pop();
            return Ok(Expected::End);
        }
        if self.peek() != b'"' {
            return Err(self.told(if expected == Expected::FirstKey {
                "Expected property name or '}' in JSON"
            } else {
                "Expected double-quoted property name in JSON"
            }));
        }
        self.string()?;
        self.skip_blanks();
        if self.peek() != b':' {
            return Err(self.told("Expected ':' after property name in JSON"));
        }
        self.at += 1;
        Ok(Expected::Value)
    }

    fn value(&mut self, open: &mut Vec<u8>) -> Result<Expected, String> {
        match self.peek() {
            b'{' => {
                open.push(b'{');
                self.at += 1;
                return Ok(Expected::FirstKey);
            }
            b'[' => {
                open.push(b'[');
                self.at += 1;
                return Ok(Expected::FirstItem);
            }
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.literal("true")?,
            b'f' => self.literal("false")?,
            b'n' => self.literal("null")?,
            _ => return Err(self.unexpected()),
        }
        Ok(Expected::End)
    }

    fn literal(&mut self, word: &str) -> Result<(), String> {
        for letter in word.bytes() {
            if self.peek() != letter {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.peek() == b'-' {
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return Err(self.told("No number after minus sign in JSON"));
            }
        }
        if self.peek() == b'0' {
            self.at += 1;
            if self.peek().is_ascii_digit() {
                return Err(self.told("Unexpected number in JSON"));
            }
        }
        self.digits();
        if self.peek() == b'.' {
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return Err(self.told("Unterminated fractional number in JSON"));
            }
            self.digits();
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            if !self.peek().is_ascii_digit() {
                return Err(self.told("Exponent part is missing a number in JSON"));
            }
            self.digits();
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<(), String> {
        self.at += 1;
        loop {
            if self.is_at_end() {
                return Err(self.told("Unterminated string in JSON"));
            }
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                0..0x20 => return Err(self.told("Bad control character in string literal in JSON")),
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        self.at += 1;
        if self.is_at_end() {
            return Err(self.unexpected());
        }
        let kind = self.peek();
        if !b"\"\\/bfnrtu".contains(&kind) {
            return Err(self.told("Bad escaped character in JSON"));
        }
        self.at += 1;
        let digits = if kind == b'u' { 4 } else { 0 };
        for _ in 0..digits {
            if !self.peek().is_ascii_hexdigit() {
                return Err(self.told("Bad Unicode escape in JSON"));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// A message with the position.
    fn told(&self, message: &str) -> String {
        let (mut line, mut line_start) = (1, 0);
        for (index, unit) in self.units.iter().enumerate().take(self.at) {
            let is_carriage_return = *unit == u16::from(b'\r');
            let is_pair =
                is_carriage_return && self.units.get(index + 1) == Some(&u16::from(b'\n'));
            if *unit == u16::from(b'\n') || is_carriage_return && !is_pair {
                line += 1;
                line_start = index + 1;
            }
        }
        let column = self.at - line_start + 1;
        format!(
            "{message} at position {} (line {line} column {column})",
            self.at
        )
    }

    /// A token that cannot stand here, with what is around it.
    fn unexpected(&self) -> String {
        const CONTEXT: usize = 10;
        match self.peek() {
            _ if self.is_at_end() => return "Unexpected end of JSON input".to_owned(),
            b'"' if self.at > 0 => return self.told("Unexpected string in JSON"),
            b'0'..=b'9' if self.at > 0 => return self.told("Unexpected number in JSON"),
            _ => {}
        }
        let (length, at) = (self.units.len(), self.at);
        let whole = self.text(0, length);
        if ["NaN", "Infinity", "undefined", "[object Object]"].contains(&whole.as_str()) {
            return format!("\"{whole}\" is not valid JSON");
        }
        let around = if length <= 2 * CONTEXT {
            format!("\"{whole}\"")
        } else if at < CONTEXT {
            format!("\"{}\"...", self.text(0, at + CONTEXT))
        } else if at < length - CONTEXT {
            format!("...\"{}\"...", self.text(at - CONTEXT, at + CONTEXT))
        } else {
            format!("...\"{}\"", self.text(at - CONTEXT, length))
        };
        let token = self.text(at, at + 1);
        format!("Unexpected token '{token}', {around} is not valid JSON")
    }

    fn text(&self, from: usize, to: usize) -> String {
        String::from_utf16_lossy(&self.units[from..to.min(self.units.len())])
    }
}
