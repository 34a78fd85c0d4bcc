//! The default auth policy (`auth-permissions-api.md` §2.5): every route of every plugin needs credentials, unless it
//! is listed here. The check comes before everything else inside a plugin: routing, bodies, parameters.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};

use super::{
    AppState, Viewer,
    error::{error_answer, unresolved},
};
use crate::{
    auth::Principal,
    error::{Error, Result},
    permission::check_restrictions,
};

/// The plugins that are installed: Backstage's, and ours. Others are not found, by anybody.
pub const PLUGINS: [&str; 15] = [
    "app",
    "auth",
    "callboard",
    "catalog",
    "devtools",
    "events",
    "kubernetes",
    "notifications",
    "permission",
    "proxy",
    "scaffolder",
    "search",
    "signals",
    "techdocs",
    "user-settings",
];

/// What a route wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing.
    Open,
    /// A token, or the cookie.
    Cookie,
    /// A token.
    Credentials,
}

/// Routes that are open: plugin, and what its paths begin with.
const OPEN: [(&str, &str); 4] = [
    ("app", "/"),
    ("auth", "/"),
    ("events", "/http/"),
    ("signals", "/"), // the token comes in a sub-protocol
];
/// Paths that are open in every plugin.
const OPEN_EVERYWHERE: [&str; 2] = ["/health", "/.backstage/auth/v1/jwks.json"];
/// Routes that the cookie opens.
const COOKIE: [(&str, &str); 1] = [("techdocs", "/static/")];
/// Where the cookie itself is given: a user's token is wanted even where all else is open.
const COOKIE_ENDPOINT: &str = "/.backstage/auth/v1/cookie";

/// Lets callers in, or answers for the route; who they are goes with the request.
pub async fn admit(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    match decide(&state, method, path, request.headers()).await {
        Ok(viewer) => {
            request.extensions_mut().insert(viewer);
            next.run(request).await
        }
        Err(fault) => {
            let is_open = state.config.backend.auth.is_policy_disabled;
            let (method, uri) = (request.method(), request.uri());
            match fault {
                Error::Authentication(_) if is_open => unresolved(&fault, method, uri),
                _ => error_answer(&fault, method, uri),
            }
        }
    }
}

async fn decide(
    state: &AppState,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<Viewer> {
    let Some((plugin, path)) = plugin_of(path) else {
        return Ok(Viewer::default());
    };
    let viewer = Viewer::of_call(state, headers, access_of(plugin, path)).await?;
    if let Principal::Service(service) = &*viewer {
        check_restrictions(service, plugin, method.as_str(), path)?;
    }
    Ok(viewer)
}

/// The installed plugin a path leads to, and the path inside it.
fn plugin_of(path: &str) -> Option<(&'static str, &str)> {
    let rest = path.strip_prefix("/api/")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (name, inner) = rest.split_at(end);
    let plugin = PLUGINS
        .iter()
        .find(|plugin| plugin.eq_ignore_ascii_case(name))?;
    Some((plugin, inner))
}

fn access_of(plugin: &str, path: &str) -> Access {
    let path = path.trim_end_matches('/');
    let is_below = |(named, root): &(&str, &str)| *named == plugin && starts_with(path, root);
    if path.eq_ignore_ascii_case(COOKIE_ENDPOINT) {
        return Access::Credentials;
    }
    if OPEN.iter().any(is_below)
        || OPEN_EVERYWHERE
            .iter()
            .any(|open| path.eq_ignore_ascii_case(open))
    {
        return Access::Open;
    }
    if COOKIE.iter().any(is_below) {
        return Access::Cookie;
    }
    Access::Credentials
}

/// Without case, as routes are matched. Everything is below `/`.
fn starts_with(path: &str, root: &str) -> bool {
    root == "/"
        || path
            .split_at_checked(root.len())
            .is_some_and(|(start, _)| start.eq_ignore_ascii_case(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_installed_plugins() {
        for (path, expected) in [
            ("/api/catalog/entities", Some(("catalog", "/entities"))),
            ("/api/Catalog", Some(("catalog", ""))),
            ("/api/user-settings/", Some(("user-settings", "/"))),
            ("/api/nowhere/entities", None),
            ("/api/catalogue/entities", None),
            ("/.backstage/health/v1/readiness", None),
            ("/catalog", None),
        ] {
            assert_eq!(plugin_of(path), expected, "{path}");
        }
    }

    #[test]
    fn everything_needs_credentials_but_what_is_listed() {
        for (path, expected) in [
            ("/api/catalog/entities", Access::Credentials),
            ("/api/catalog/no-such-route", Access::Credentials),
            ("/api/catalog/healthy", Access::Credentials),
            (
                "/api/catalog/.well-known/backstage/permissions/metadata",
                Access::Credentials,
            ),
            ("/api/catalog/.backstage/auth/v1/jwks.json", Access::Open),
            ("/api/permission/health/", Access::Open),
            ("/api/auth/guest/refresh", Access::Open),
            ("/api/auth/.backstage/auth/v1/cookie", Access::Credentials),
            ("/api/app", Access::Open),
            ("/api/events/http/github", Access::Open),
            ("/api/events/httpx", Access::Credentials),
            ("/api/events/bus/v1/events", Access::Credentials),
            (
                "/api/techdocs/static/docs/default/component/a/index.html",
                Access::Cookie,
            ),
            ("/api/TechDocs/Static/docs", Access::Cookie),
            ("/api/techdocs/metadata/entity/a/b/c", Access::Credentials),
        ] {
            let (plugin, inner) = plugin_of(path).expect("a plugin");
            assert_eq!(access_of(plugin, inner), expected, "{path}");
        }
    }
}
