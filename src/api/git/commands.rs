//! What a push asks for at its beginning: one line for each branch or tag, then `0000`, then the pack.

use std::io;

/// All lines together: room for hundreds of branches, and no million of them.
const MAX_COMMANDS: usize = 128 * 1024;
/// `0000`: the end of the lines.
const LENGTH: usize = 4;

/// Follows the beginning of a push, and refuses one that names too many branches.
#[derive(Debug, Default)]
pub(super) struct Commands {
    seen: usize,
    /// Bytes of a line that are still to come.
    rest: usize,
    /// The digits of the next line's length, as far as they are there.
    digits: Vec<u8>,
    is_over: bool,
}

impl Commands {
    /// Looks at the next bytes. The error is for the log: Git says that the end came too early.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !self.is_over && !bytes.is_empty() {
            if self.rest > 0 {
                let step = self.rest.min(bytes.len());
                (self.rest, self.seen) = (self.rest - step, self.seen + step);
                bytes = &bytes[step..];
            } else {
                self.digits.push(bytes[0]);
                self.seen += 1;
                bytes = &bytes[1..];
                if self.digits.len() == LENGTH {
                    self.begin_line()?;
                }
            }
            if self.seen > MAX_COMMANDS {
                return Err(io::Error::other("the push names too many branches"));
            }
        }
        Ok(())
    }

    fn begin_line(&mut self) -> io::Result<()> {
        let digits = std::mem::take(&mut self.digits);
        let text = std::str::from_utf8(&digits).unwrap_or_default();
        let length = usize::from_str_radix(text, 16);
        match length {
            Ok(0) => self.is_over = true,
            Ok(length) if length >= LENGTH => self.rest = length - LENGTH,
            _ => return Err(io::Error::other("the push does not begin as a push does")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        format!("{:04x}{text}", text.len() + LENGTH)
    }

    #[test]
    fn the_pack_behind_the_lines_is_not_looked_at() {
        let push = format!(
            "{}{}0000PACKzzzz",
            line("old new refs/heads/main"),
            line("x")
        );
        for size in [1, 3, 7, 1000] {
            let mut commands = Commands::default();
            for chunk in push.as_bytes().chunks(size) {
                commands.follow(chunk).unwrap();
            }
            assert!(commands.is_over);
        }
    }

    #[test]
    fn endless_lines_are_refused() {
        let mut commands = Commands::default();
        let one = line(&"x".repeat(1000));
        let faults = (0..200).filter(|_| commands.follow(one.as_bytes()).is_err());
        assert!(faults.count() > 0);
        assert!(Commands::default().follow(b"GET /").is_err());
    }
}
