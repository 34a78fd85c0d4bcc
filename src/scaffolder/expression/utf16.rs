//! Texts as JavaScript counts them: in UTF-16 units.
//!
//! A cut through a surrogate pair cannot be kept in a Rust string; the half becomes U+FFFD.

/// How many units.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}

/// The units from `start` up to `end`, both within the text.
pub(super) fn part(text: &str, start: usize, end: usize) -> String {
    if start >= end {
        return String::new();
    }
    if text.is_ascii() {
        return text[start..end].to_owned();
    }
    let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
    String::from_utf16_lossy(&units)
}

/// The unit at a place, as a text of its own.
pub(super) fn part_at(text: &str, unit: usize) -> Option<String> {
    let unit = if text.is_ascii() {
        u16::from(*text.as_bytes().get(unit)?)
    } else {
        text.encode_utf16().nth(unit)?
    };
    Some(String::from_utf16_lossy(&[unit]))
}

/// Each unit as a text of its own.
pub(super) fn units(text: &str) -> impl Iterator<Item = String> {
    text.encode_utf16()
        .map(|unit| String::from_utf16_lossy(&[unit]))
}

/// The units before a byte.
pub(super) fn units_before(text: &str, byte: usize) -> usize {
    length(&text[..byte])
}

/// The byte a unit begins at; the end of the text for a unit beyond it.
pub(super) fn byte_of(text: &str, unit: usize) -> usize {
    if text.is_ascii() {
        return unit.min(text.len());
    }
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if units >= unit {
            return byte;
        }
        units += c.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{byte_of, length, part, units};

    #[test]
    fn characters_beyond_the_basic_plane_count_twice() {
        assert_eq!(length("a😀"), 3);
        assert_eq!(part("a😀é", 1, 3), "😀");
        assert_eq!(part("a😀", 0, 2), "a\u{fffd}");
        assert_eq!(units("a😀").count(), 3);
        assert_eq!(byte_of("a😀é", 3), 5);
        assert_eq!(byte_of("é", 9), 2);
    }
}
