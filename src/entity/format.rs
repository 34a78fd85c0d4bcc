//! The formats of names, keys and values (Backstage: catalog-model, `CommonValidatorFunctions` and
//! `KubernetesValidatorFunctions`).

const MAX_NAME: usize = 63;
const MAX_SUBDOMAIN: usize = 253;

/// Sequences of `[A-Za-z0-9]` separated by any of `-_.`; 1 to 63.
#[must_use]
pub fn is_object_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= MAX_NAME && ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(inside)
}

/// Sequences of lower-case letters and digits separated by hyphens; 1 to 63.
pub(super) fn is_dns_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(alphanumeric);
    bytes.len() <= MAX_NAME
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| alphanumeric(byte) || *byte == b'-')
}

fn is_dns_subdomain(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_SUBDOMAIN && text.split('.').all(is_dns_label)
}

fn is_prefixed(text: &str, is_suffix: impl Fn(&str) -> bool) -> bool {
    match text.split_once('/') {
        Some((prefix, suffix)) => is_dns_subdomain(prefix) && is_suffix(suffix),
        None => is_suffix(text),
    }
}

/// `[prefix/]suffix`, the suffix of letters and digits only.
pub(super) fn is_api_version(text: &str) -> bool {
    is_prefixed(text, |suffix| {
        (1..=MAX_NAME).contains(&suffix.len())
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// A letter, then letters and digits; 1 to 63.
pub(super) fn is_kind(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Keys of labels and annotations: `[prefix/]name`.
pub(super) fn is_key(text: &str) -> bool {
    is_prefixed(text, is_object_name)
}

/// Empty, or a name.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_object_name(text)
}

/// Sequences of `[a-z0-9:+#]` separated by single hyphens; 1 to 63.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.split('-').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":+#".contains(&byte)
                })
        })
}

/// What the URL parser of browsers takes.
pub(super) fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (fn(&str) -> bool, Vec<&'a str>, Vec<&'a str>);

    /// catalog-model.md §14.4
    #[test]
    fn formats_are_those_of_backstage() {
        let long = |length| "a".repeat(length);
        let (fits, too_long) = (long(63), long(64));
        let cases: Vec<Case<'_>> = vec![
            (
                is_api_version,
                vec!["v1", "backstage.io/v1alpha1", "a.b/v1"],
                vec!["A.b/v1", "a/b/c", "/v1", "v-1", ""],
            ),
            (
                is_kind,
                vec!["Component", "component", "C0", &fits],
                vec!["0C", "My-Kind", &too_long, ""],
            ),
            (
                is_object_name,
                vec!["a", "A_b-c.d", "a..b", "a__b", &fits],
                vec!["-a", "a-", "a b", "é", &too_long, ""],
            ),
            (
                is_dns_label,
                vec!["default", "a-b", "a--b"],
                vec!["Default", "-a", "a.b", "a_b", &too_long, ""],
            ),
            (
                is_key,
                vec!["a", "a.b/c", "a_b", "backstage.io/x_y"],
                vec!["A.b/c", "a/b/c", "-a", "a/", "/a", &too_long],
            ),
            (
                is_label_value,
                vec!["", "a", "A_b"],
                vec!["a b", "-a", "a/b"],
            ),
            (
                is_tag,
                vec!["java", "c++", "c#", "a:b", "a-b"],
                vec!["Java", "a_b", "a--b", "-a", ".net", &too_long, ""],
            ),
            (
                is_url,
                vec!["https://a", "mailto:a@b"],
                vec!["a", "", "//a"],
            ),
        ];
        for (index, (is_valid, valid, invalid)) in cases.into_iter().enumerate() {
            for text in valid {
                assert!(is_valid(text), "case {index}: {text} is valid");
            }
            for text in invalid {
                assert!(!is_valid(text), "case {index}: {text} is not valid");
            }
        }
    }
}
