//! Where a call is sent, and where it may be sent on to: who asks is told to the host itself and to nobody else.

use reqwest::{
    Method, Response, StatusCode,
    header::{AUTHORIZATION, HeaderValue, LOCATION},
};
use url::Url;

use super::{
    ForgeError, ForgeErrorKind, Result, call::Call, forges::authority, sending::root_cause,
};
use crate::config::Secret;

/// As Backstage's fetch reader.
const MAX_REDIRECTS: usize = 5;

impl Call<'_> {
    /// Sends it and follows redirects; the answer's body is still to be read.
    pub(super) async fn fetch(&self) -> Result<Response> {
        let mut url = self.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let is_home = url.origin() == self.url.origin();
            let mut headers = self.headers.clone();
            if let Some(authorization) = self.authorization.as_ref().filter(|_| is_home) {
                headers.insert(AUTHORIZATION, self.sensitive(authorization)?);
            }
            let client = self.client.connections().client();
            // Nothing was sent.
            let client = client.map_err(|fault| {
                let cause = root_cause(&fault);
                self.client.lane().unreachable(&cause)
            })?;
            let mut request = client.request(self.method.clone(), url.clone());
            request = request.headers(headers).timeout(self.timeout);
            if let Some(body) = &self.body {
                request = request.body(body.clone());
            }
            let response = request.send().await.map_err(|fault| self.lost(&fault))?;
            let Some(next) = redirect(&response, &url) else {
                return Ok(response);
            };
            self.check_redirect(&next)?;
            url = next;
        }
        Err(self.not_followed(&format!("it redirects more than {MAX_REDIRECTS} times")))
    }

    fn sensitive(&self, authorization: &Secret) -> Result<HeaderValue> {
        let mut value = HeaderValue::from_str(authorization.expose()).map_err(|_| {
            ForgeError::new(
                ForgeErrorKind::Unauthorized,
                self.client.host(),
                "The configured token has a letter that no token has.",
                format!(
                    "Look at the credentials of `{}`: a line break, perhaps.",
                    self.client.integration().key
                ),
            )
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// A redirect stays on the host, or goes where this call may go.
    fn check_redirect(&self, next: &Url) -> Result<()> {
        let is_home = next.origin() == self.url.origin();
        let is_known = next
            .host_str()
            .is_some_and(|host| self.elsewhere.iter().any(|known| is_within(host, known)));
        let is_reading = matches!(self.method, Method::GET | Method::HEAD);
        if is_reading && (is_home || is_known && next.scheme() == "https") {
            return Ok(());
        }
        let place = authority(next);
        Err(self.not_followed(&format!("it redirects to {place}")))
    }

    pub(super) fn not_followed(&self, cause: &str) -> ForgeError {
        let (host, key) = (self.client.host(), &self.client.integration().key);
        ForgeError::new(
            ForgeErrorKind::NotTheApi,
            host,
            format!("{host} does not answer itself: {cause}."),
            format!(
                "Write the address that answers under `{key}` (`baseUrl`, `apiBaseUrl`), or the repository's new name."
            ),
        )
    }
}

/// Where a redirect leads; `None` for another answer.
fn redirect(response: &Response, from: &Url) -> Option<Url> {
    let status = response.status();
    let redirects = status.is_redirection() && status != StatusCode::NOT_MODIFIED;
    let target = response.headers().get(LOCATION).filter(|_| redirects)?;
    from.join(target.to_str().ok()?).ok()
}

/// Whether a host is one that is known, or is below a known `.example.com`.
fn is_within(host: &str, known: &str) -> bool {
    host == known || known.starts_with('.') && host.ends_with(known)
}
