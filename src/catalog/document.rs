//! The final JSON of an entity, and changing parts of it without reading it again.

use std::fmt::Write;

use bytes::Bytes;
use ring::digest::{SHA256, digest};

/// Characters of an etag, as Backstage's: the beginning of a SHA-256, which processors have an instruction for.
const ETAG_LENGTH: usize = 40;
const RELATIONS_KEY: &str = r#","relations":"#;
const NO_ETAG: &str = "0000000000000000000000000000000000000000";

/// `{"metadata":{…,"uid":"…","etag":"…"},"apiVersion":…,"kind":…,"spec":…,"relations":[…],"status":{…}}`
#[derive(Debug, Clone)]
pub(super) struct FinalDocument {
    pub(super) json: Bytes,
    /// Where the value of the etag begins.
    etag_at: u32,
    /// Where `[` of the relations is, and what follows `]`.
    relations: (u32, u32),
}

impl FinalDocument {
    /// Joins a processed document (`{"metadata":{…},…}` without uid, etag, relations, status) and what the catalog
    /// adds. `metadata_end` is the place of the `}` that closes its metadata.
    pub(super) fn join(
        processed: &str,
        metadata_end: usize,
        uid: &str,
        status: Option<&str>,
    ) -> Self {
        let mut json = String::with_capacity(processed.len() + 160 + status.map_or(0, str::len));
        json.push_str(&processed[..metadata_end]);
        write!(json, r#","uid":"{uid}","etag":""#).expect("text grows");
        let etag_at = json.len();
        json.push_str(NO_ETAG);
        json.push('"');
        json.push_str(&processed[metadata_end..processed.len() - 1]);
        json.push_str(RELATIONS_KEY);
        let relations_at = json.len();
        json.push_str("[]");
        let relations_end = json.len();
        if let Some(status) = status {
            json.push_str(r#","status":"#);
            json.push_str(status);
        }
        json.push('}');
        let number = |place: usize| u32::try_from(place).expect("an entity is smaller than 4 GiB");
        Self {
            json: Bytes::from(json),
            etag_at: number(etag_at),
            relations: (number(relations_at), number(relations_end)),
        }
    }

    /// The JSON of an entity that has no relations and no status.
    pub(super) fn head(&self) -> Vec<u8> {
        let end = self.relations.0 as usize - RELATIONS_KEY.len();
        [&self.json[..end], b"}"].concat()
    }

    /// The same with other relations: (type, target ref) in their order. The etag follows.
    #[must_use]
    pub(super) fn with_relations<'a>(
        &self,
        relations: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let (start, end) = (self.relations.0 as usize, self.relations.1 as usize);
        let mut told = Vec::with_capacity(512);
        for (index, (kind, target)) in relations.enumerate() {
            if index > 0 {
                told.push(b',');
            }
            told.extend_from_slice(br#"{"type":"#);
            push_text(&mut told, kind);
            told.extend_from_slice(br#","targetRef":"#);
            push_text(&mut told, target);
            told.push(b'}');
        }
        let rest = &self.json[end..];
        // Of the size it has: a document that shrinks after it was made leaves gaps.
        let mut json = Vec::with_capacity(start + told.len() + rest.len() + 2);
        json.extend_from_slice(&self.json[..start]);
        json.push(b'[');
        json.extend_from_slice(&told);
        json.push(b']');
        let new_end = u32::try_from(json.len()).expect("an entity is smaller than 4 GiB");
        json.extend_from_slice(rest);
        self.set_etag(&mut json);
        Self {
            json: Bytes::from(json),
            etag_at: self.etag_at,
            relations: (self.relations.0, new_end),
        }
    }

    /// A hash of everything but itself: it changes with any visible change.
    fn set_etag(&self, json: &mut [u8]) {
        let place = self.etag_at as usize..self.etag_at as usize + ETAG_LENGTH;
        json[place.clone()].copy_from_slice(NO_ETAG.as_bytes());
        let hash = digest(&SHA256, json);
        for (digits, byte) in json[place].chunks_exact_mut(2).zip(hash.as_ref()) {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            digits[0] = HEX[usize::from(byte >> 4)];
            digits[1] = HEX[usize::from(byte & 15)];
        }
    }
}

fn push_text(json: &mut Vec<u8>, text: &str) {
    if text
        .bytes()
        .all(|byte| byte >= 32 && byte != b'"' && byte != b'\\')
    {
        json.push(b'"');
        json.extend_from_slice(text.as_bytes());
        json.push(b'"');
    } else {
        serde_json::to_writer(json, text).expect("texts are JSON");
    }
}

/// The place of the brace that closes the metadata of `{"metadata":{…},…`.
pub(super) fn metadata_end(processed: &str) -> Option<usize> {
    let start = processed
        .strip_prefix(r#"{"metadata":{"#)
        .map(|rest| processed.len() - rest.len())?;
    let (mut depth, mut in_text, mut escaped) = (1_usize, false, false);
    for (index, byte) in processed.bytes().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' if !in_text => depth += 1,
            b'}' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_change_and_the_rest_stays() {
        let processed =
            r#"{"metadata":{"name":"a}\"{"},"apiVersion":"v1","kind":"K","spec":{"x":1}}"#;
        let end = metadata_end(processed).expect("metadata");
        let document = FinalDocument::join(processed, end, "u-1", Some(r#"{"items":[]}"#));
        let bare = document.with_relations(std::iter::empty());
        let related =
            bare.with_relations([("ownedBy", "group:default/a"), ("x", "y\"z")].into_iter());
        let told = String::from_utf8(related.json.to_vec()).expect("text");
        let etag = &told[related.etag_at as usize..][..ETAG_LENGTH];
        assert_eq!(
            told,
            format!(
                r#"{{"metadata":{{"name":"a}}\"{{","uid":"u-1","etag":"{etag}"}},"apiVersion":"v1","kind":"K","spec":{{"x":1}},"relations":[{{"type":"ownedBy","targetRef":"group:default/a"}},{{"type":"x","targetRef":"y\"z"}}],"status":{{"items":[]}}}}"#
            )
        );
        assert_ne!(etag, NO_ETAG);
        assert_eq!(
            String::from_utf8(related.head()).expect("text"),
            told[..told.find(RELATIONS_KEY).expect("relations")].to_owned() + "}"
        );
        assert_eq!(related.with_relations(std::iter::empty()).json, bare.json);
    }
}
