//! One message for what a person just did, carried over a redirect by a cookie that lives for one page.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::status::Tone;

const COOKIE: &str = "callboard-flash";
/// Longer messages are cut: a cookie has little room.
const MAX_CHARS: usize = 300;

/// A message. It is shown escaped, so a forged cookie can say nothing but text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flash {
    /// `ok`, `degraded` or `failed`; names the icon.
    pub(crate) tone: &'static str,
    /// What happened.
    pub(crate) text: String,
}

impl Flash {
    /// The message that came with a request.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let value = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
        let (tone, text) = value.split_once('.')?;
        let tone = [Tone::Ok, Tone::Degraded, Tone::Failed]
            .map(Tone::name)
            .into_iter()
            .find(|name| *name == tone)?;
        let text = percent_decode_str(text).decode_utf8().ok()?;
        Some(Self {
            tone,
            text: text.chars().take(MAX_CHARS).collect(),
        })
    }
}

/// Sends the browser on after a POST, with a message for the next page.
pub(crate) fn redirect(to: &str, tone: Tone, text: &str) -> Response {
    let text: String = text.chars().take(MAX_CHARS).collect();
    let text = utf8_percent_encode(&text, NON_ALPHANUMERIC);
    let cookie = format!(
        "{COOKIE}={}.{text}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax",
        tone.name()
    );
    let headers = [
        (header::LOCATION, to.to_owned()),
        (header::SET_COOKIE, cookie),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Sends the browser on, with nothing to say.
pub(crate) fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}

/// Forgets the message once it is shown.
pub(super) fn forget(headers: &mut HeaderMap) {
    let cookie =
        HeaderValue::from_static("callboard-flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    headers.append(header::SET_COOKIE, cookie);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(response: &Response) -> HeaderMap {
        let cookie = response.headers()[header::SET_COOKIE]
            .to_str()
            .expect("ASCII");
        let pair = cookie.split(';').next().expect("a pair");
        let mut headers = HeaderMap::new();
        let all = format!("theme=dark; {pair}");
        headers.insert(header::COOKIE, all.parse().expect("a header"));
        headers
    }

    #[test]
    fn a_message_survives_the_redirect() {
        let text = "Removed “fares; v2” — 3 entities\r\nSet-Cookie: x=y";
        let response = redirect("/sources", Tone::Ok, text);
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[header::LOCATION], "/sources");
        let flash = Flash::read(&carried(&response)).expect("a message");
        assert_eq!((flash.tone, flash.text.as_str()), ("ok", text));
    }

    #[test]
    fn a_forged_message_cannot_choose_its_class() {
        let mut headers = HeaderMap::new();
        let forged = "callboard-flash=x\" onclick=\"y.hello";
        headers.insert(header::COOKIE, forged.parse().expect("a header"));
        assert_eq!(Flash::read(&headers), None);
    }
}
