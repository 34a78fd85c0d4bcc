//! `/api/auth`: signing in, and how others check our tokens (`auth-permissions-api.md` §1).

use axum::{
    body::Body,
    http::{
        HeaderValue, Method, StatusCode,
        header::{CONTENT_TYPE, VARY},
    },
    response::Response,
};
use serde_json::{Value, json as value};

use crate::{
    auth::{PublicKey, Session},
    error::{Error, Result},
    http::{AppState, Call, bearer_token, json},
};

/// The provider that needs no questions.
const GUEST: &str = "guest";

/// `/{provider}` and `/{provider}/{action}`, by any method: what no provider answers is an unknown provider.
pub(super) async fn provider(state: AppState, call: Call) -> Result<Response> {
    let path = call.uri.path().trim_end_matches('/').to_owned();
    let mut segments = path.split('/').skip(3); // "", "api", "auth"
    let provider = segments.next().unwrap_or_default();
    let action: Vec<&str> = segments.collect();
    let unknown = || Error::NotFound(format!("Unknown auth provider '{provider}'"));
    if provider != GUEST || state.config.auth.guest.is_none() {
        return Err(unknown());
    }
    match (&call.method, &*action) {
        (&Method::GET | &Method::POST, ["refresh"]) => {
            let session = state.auth.sign_in_guest(call.is_local).await?;
            let body = shown(&session.ok_or_else(unknown)?);
            Ok(json(body.to_string().into(), &call.headers))
        }
        (&Method::GET, ["start"]) | (&Method::GET | &Method::POST, ["handler", "frame"]) => {
            Err(Error::NotImplemented("Not implemented".to_owned()))
        }
        _ => Err(unknown()),
    }
}

/// A session of the guest, who has neither a profile nor an account elsewhere.
fn shown(session: &Session) -> Value {
    let user = &session.user;
    value!({
        "profile": {},
        "backstageIdentity": {
            "token": session.token,
            "identity": {
                "type": "user",
                "userEntityRef": user.entity_ref,
                "ownershipEntityRefs": user.ownership_refs,
            },
            "expiresInSeconds": session.expires_in_seconds,
        },
    })
}

/// `GET /v1/userinfo`: the claims of the user whose token it is, a whole or a limited one.
pub(super) async fn userinfo(state: AppState, call: Call) -> Result<Response> {
    let token = bearer_token(&call.headers)
        .ok_or_else(|| Error::Authentication("Missing credentials".to_owned()))?;
    let found = state.auth.authenticate(token).await?;
    let user = found.principal.user()?;
    let Some(claims) = state.auth.user_claims(&user.entity_ref).await? else {
        return Ok(no_user_info());
    };
    let body = format!(r#"{{"claims":{claims}}}"#);
    Ok(json(body.into(), &call.headers))
}

/// Express sends texts as HTML; this one has no markup.
fn no_user_info() -> Response {
    let mut response = Response::new(Body::from("User info not found"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

/// `GET /.well-known/jwks.json`, and `GET /.backstage/auth/v1/jwks.json` of every plugin.
pub(super) async fn jwks(state: AppState, call: Call) -> Result<Response> {
    let keys = state.auth.public_keys().await?;
    let keys: Vec<Value> = keys.iter().map(jwk).collect();
    Ok(json(
        value!({ "keys": keys }).to_string().into(),
        &call.headers,
    ))
}

fn jwk(key: &PublicKey) -> Value {
    let (x, y) = key.coordinates();
    value!({"kty": "EC", "x": x, "y": y, "crv": "P-256", "kid": key.kid, "alg": "ES256"})
}

/// `GET /.well-known/openid-configuration`
pub(super) async fn openid_configuration(state: AppState, call: Call) -> Result<Response> {
    let base_url = state.config.backend.base_url.as_str().trim_end_matches('/');
    let issuer = format!("{base_url}/api/auth");
    let body = value!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/v1/token"),
        "userinfo_endpoint": format!("{issuer}/v1/userinfo"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": ["sub", "ent"],
        "grant_types_supported": ["authorization_code"],
        "authorization_endpoint": format!("{issuer}/v1/authorize"),
        "code_challenge_methods_supported": ["S256", "plain"],
    });
    Ok(json(body.to_string().into(), &call.headers))
}
