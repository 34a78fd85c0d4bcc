//! Base64 as Node's `Buffer.from(text, 'base64')` reads it.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The text that is in some base64. Nothing is an error: both alphabets are understood, other characters are passed
/// over, a `=` ends it, and what is no UTF-8 becomes U+FFFD.
#[must_use]
pub fn decode_base64(text: &str) -> String {
    let mut sextets: String = text
        .chars()
        .take_while(|letter| *letter != '=')
        .filter_map(|letter| match letter {
            '-' => Some('+'),
            '_' => Some('/'),
            '+' | '/' => Some(letter),
            _ => letter.is_ascii_alphanumeric().then_some(letter),
        })
        .collect();
    // Six bits alone are no byte.
    if sextets.len() % 4 == 1 {
        sextets.pop();
    }
    let bytes = LENIENT.decode(sextets).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decode_base64;

    #[test]
    fn everything_is_read_somehow() {
        for (text, expected) in [
            ("e30=", "{}"),
            ("e30", "{}"),
            (" e3\n0=trailing", "{}"),
            ("x", ""),
            ("", ""),
            ("garbage", "\u{fffd}\u{fffd}\u{fffd}j\u{7}"),
            ("Pz8_", "???"),
        ] {
            assert_eq!(decode_base64(text), expected, "{text:?}");
        }
    }
}
