//! Forms with files in them (RFC 7578), as Bitbucket takes commits.

use bytes::Bytes;

/// A form, being put together.
pub(super) struct Form {
    parts: Vec<(String, bool, Bytes)>,
}

impl Form {
    pub(super) fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds a field.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let value = Bytes::copy_from_slice(value.as_bytes());
        self.parts.push((name.to_owned(), false, value));
    }

    /// Adds a file.
    pub(super) fn file(&mut self, name: &str, content: &Bytes) {
        self.parts.push((name.to_owned(), true, content.clone()));
    }

    /// The content type, and the body.
    pub(super) fn encode(&self) -> (String, Bytes) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for (name, is_file, content) in &self.parts {
            let name = quoted(name);
            let mut head =
                format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"");
            if *is_file {
                let kind = "content-type: application/octet-stream";
                head = format!("{head}; filename=\"{name}\"\r\n{kind}");
            }
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={boundary}");
        (kind, body.into())
    }

    /// A line that no part has in it: the hash of all of them, which nobody can foresee and put into one.
    fn boundary(&self) -> String {
        let mut all = ring::digest::Context::new(&ring::digest::SHA256);
        for (name, _, content) in &self.parts {
            all.update(name.as_bytes());
            all.update(content);
        }
        let digits = all.finish();
        digits
            .as_ref()
            .iter()
            .fold("callboard-".to_owned(), |line, byte| {
                format!("{line}{byte:02x}")
            })
    }
}

/// As browsers write names (WHATWG, "multipart/form-data encoding algorithm").
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_between_boundaries() {
        let mut form = Form::new();
        form.text("message", "Add \"it\"");
        form.file("/a\"\r\nb", &Bytes::from_static(&[0, 159]));
        let (kind, body) = form.encode();
        let boundary = kind.split_once("boundary=").expect("a boundary").1;
        let body = String::from_utf8_lossy(&body).replace(boundary, "B");
        assert_eq!(
            body,
            "--B\r\ncontent-disposition: form-data; name=\"message\"\r\n\r\nAdd \"it\"\r\n--B\r\ncontent-disposition: form-data; name=\"/a%22%0D%0Ab\"; filename=\"/a%22%0D%0Ab\"\r\ncontent-type: application/octet-stream\r\n\r\n\0\u{fffd}\r\n--B--\r\n"
        );
    }
}
