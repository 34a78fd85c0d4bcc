//! Texts as words: the same for what is indexed and for what is sought.

/// The words of a text, in lower case, without accents; parts of `camelCase` as well as the whole; each
/// ideograph on its own.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|run| !run.is_empty())
    {
        let mut pieces = pieces(run);
        if pieces.len() > 1 && !run.chars().any(is_ideograph) {
            pieces.push(run);
        }
        words.extend(pieces.into_iter().map(fold));
    }
    words
}

/// In lower case, without accents, blanks trimmed: for comparing whole names.
pub(super) fn fold(text: &str) -> String {
    text.trim()
        .to_lowercase()
        .chars()
        .map(without_accent)
        .collect()
}

/// The letters of the languages of Europe, without their accents.
fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

fn pieces(run: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (place, letter) in run.char_indices() {
        let begins = before.is_some_and(|before| {
            is_ideograph(letter)
                || is_ideograph(before)
                || (letter.is_uppercase() && before.is_lowercase())
        });
        if begins {
            pieces.push(&run[start..place]);
            start = place;
        }
        before = Some(letter);
    }
    pieces.push(&run[start..]);
    pieces
}

/// Scripts that put no blanks between words.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_apart_into_words() {
        for (text, expected) in [
            ("ticket-signer_v2", &["ticket", "signer", "v2"][..]),
            ("PaymentGateway", &["payment", "gateway", "paymentgateway"]),
            ("Café Zürich", &["cafe", "zurich"]),
            ("検索", &["検", "索"]),
            (" -- ", &[]),
            ("HTTPServer", &["httpserver"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
