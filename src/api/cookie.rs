//! The cookie that opens static files to a signed-in browser, in every plugin (`auth-permissions-api.md` §2.2).

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
    response::Response,
};
use serde_json::json as value;
use url::Url;

use crate::{
    auth::User,
    clock::UnixMillis,
    error::{Error, Result},
    http::{AUTH_COOKIE, AppState, Call, bearer_token, cookie, empty, json},
};

/// A cookie that ends sooner is replaced.
const GOOD_FOR_MS: i64 = 5 * 60 * 1000;

/// `GET /.backstage/auth/v1/cookie`: sets the cookie, unless the caller has a good one.
pub(super) async fn give_cookie(state: AppState, call: Call) -> Result<Response> {
    let user = call.viewer.user()?;
    if let Some(expires_at) = good_cookie(&state, &call.headers, user).await {
        return Ok(told(&call, expires_at));
    }
    let token = bearer_token(&call.headers)
        .ok_or_else(|| Error::Authentication("Missing credentials".to_owned()))?;
    let limited = state.auth.limited_token(token)?;
    let mut response = told(&call, limited.expires_at);
    let base_url = &state.config.backend.base_url;
    set(&mut response, base_url, &limited.token, limited.expires_at)?;
    Ok(response)
}

/// `DELETE /.backstage/auth/v1/cookie`
pub(super) async fn take_cookie(state: AppState, _: Call) -> Result<Response> {
    let mut response = empty(StatusCode::NO_CONTENT);
    set(
        &mut response,
        &state.config.backend.base_url,
        "",
        UnixMillis(0),
    )?;
    Ok(response)
}

/// When the cookie ends that the caller has, if it is theirs and lasts.
async fn good_cookie(state: &AppState, headers: &HeaderMap, user: &User) -> Option<UnixMillis> {
    let found = cookie(headers, AUTH_COOKIE)?;
    // A cookie that is no good is replaced, whatever is wrong with it.
    let found = state.auth.authenticate(found).await.ok()?;
    let is_theirs = found.is_limited
        && found
            .principal
            .user()
            .is_ok_and(|owner| owner.entity_ref == user.entity_ref);
    let soon = UnixMillis(state.clock.now().0 + GOOD_FOR_MS);
    found.expires_at.filter(|end| is_theirs && *end > soon)
}

fn told(call: &Call, expires_at: UnixMillis) -> Response {
    let body = value!({"expiresAt": expires_at.to_string()});
    json(body.to_string().into(), &call.headers)
}

fn set(response: &mut Response, base_url: &Url, token: &str, expires_at: UnixMillis) -> Result<()> {
    let header = HeaderValue::from_str(&set_cookie(base_url, token, expires_at)?);
    let header = header.map_err(Error::internal)?;
    response.headers_mut().insert(SET_COOKIE, header);
    Ok(())
}

fn set_cookie(base_url: &Url, token: &str, expires_at: UnixMillis) -> Result<String> {
    let host = base_url.host_str().unwrap_or_default();
    let is_secure = base_url.scheme() == "https" || host == "localhost";
    let (secure, same_site) = if is_secure {
        (" Secure;", "None")
    } else {
        ("", "Lax")
    };
    let expires = jiff::Timestamp::from_millisecond(expires_at.0).map_err(Error::internal)?;
    let expires = expires.strftime("%a, %d %b %Y %H:%M:%S GMT");
    Ok(format!(
        "{AUTH_COOKIE}={token}; Domain={host}; Path=/; Expires={expires}; HttpOnly;{secure} Priority=High; SameSite={same_site}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_secure_where_it_can_be() {
        for (base_url, expected) in [
            (
                "http://127.0.0.1:7007",
                "backstage-auth=t; Domain=127.0.0.1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Priority=High; SameSite=Lax",
            ),
            (
                "https://portal.example.com/x",
                "backstage-auth=t; Domain=portal.example.com; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; Priority=High; SameSite=None",
            ),
            (
                "http://localhost:7007",
                "backstage-auth=t; Domain=localhost; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; Priority=High; SameSite=None",
            ),
        ] {
            let url = Url::parse(base_url).expect("a URL");
            assert_eq!(
                set_cookie(&url, "t", UnixMillis(0)).expect("a cookie"),
                expected
            );
        }
    }
}
