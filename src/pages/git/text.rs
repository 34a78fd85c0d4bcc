//! Text of strangers, made harmless to look at: no letter may hide or turn round others.

/// Names and contents with letters that can be seen; line ends and tabs stay.
pub(in crate::pages) fn visible(text: &str) -> String {
    text.chars()
        .map(|letter| {
            let is_kept = matches!(letter, '\n' | '\t') || !is_deceptive(letter);
            if is_kept {
                letter
            } else {
                char::REPLACEMENT_CHARACTER
            }
        })
        .collect()
}

/// A name, which has no line ends.
pub(in crate::pages) fn visible_name(name: &str) -> String {
    visible(name).replace(['\n', '\t'], "\u{fffd}")
}

/// Control characters, and those that change the direction of what follows (Unicode's `Bidi_Control`).
fn is_deceptive(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `1.2 KB`
pub(in crate::pages) fn size(bytes: u64) -> String {
    let (mut whole, mut tenths, mut unit) = (bytes, 0, 0);
    while whole >= 1000 && unit < 4 {
        tenths = whole % 1000 / 100;
        whole /= 1000;
        unit += 1;
    }
    let name = ["B", "KB", "MB", "GB", "TB"][unit];
    if unit == 0 || whole >= 100 {
        format!("{whole} {name}")
    } else {
        format!("{whole}.{tenths} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_made_visible() {
        for (text, expected) in [
            ("a\tb\n", "a\tb\n"),
            ("exe\u{202e}gpj", "exe\u{fffd}gpj"),
            ("a\u{1b}[31m\0", "a\u{fffd}[31m\u{fffd}"),
            ("ö 漢 😀", "ö 漢 😀"),
        ] {
            assert_eq!(visible(text), expected, "{text:?}");
        }
        assert_eq!(visible_name("a\nb"), "a\u{fffd}b");
    }

    #[test]
    fn sizes_are_as_people_say_them() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 KB"),
            (123_456, "123 KB"),
            (2_560_000, "2.5 MB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
