//! What stands around every page: navigation, search, the message for what was just done.
//!
//! [`frame`] makes it once a request; handlers take it as an extractor and hand it to their template.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_htmx::{HX_HISTORY_RESTORE_REQUEST, HX_REQUEST, HX_TARGET};

use super::{
    assets::{ASSETS, Assets},
    attention::{Attention, Counts},
    error::{self, PageError},
    flash::Flash,
    icons,
    link::EntityLink,
};
use crate::{
    clock::UnixMillis,
    http::{AppState, Viewer, is_local},
    urls,
};

/// What is around a page. One a request; cheap to clone.
#[derive(Clone)]
pub(crate) struct Shell(Arc<Inner>);

/// The parts of a [`Shell`], for templates.
pub(crate) struct Inner {
    /// `app.title`, else the organisation's, else ours.
    pub(crate) portal: String,
    /// The rail.
    pub(crate) nav: Vec<NavItem>,
    /// What the person just did.
    pub(crate) flash: Option<Flash>,
    /// Who looks, as a user of the catalog; nobody there has to be called so. `None`: nobody signed in.
    pub(crate) viewer: Option<EntityLink>,
    /// Whether they may see the portal, and not only how to sign in.
    pub(crate) is_admitted: bool,
    /// The term in the search box.
    pub(crate) term: String,
    /// The time by which the page tells times.
    pub(crate) now: UnixMillis,
    /// What waits for somebody.
    pub(crate) attention: Counts,
    /// Addresses of the stylesheet and the scripts.
    pub(crate) assets: &'static Assets,
    /// The symbols of all icons.
    pub(crate) icons: &'static str,
    /// The part of the page htmx asks for, by its id.
    target: Option<String>,
}

/// A place in the rail.
pub(crate) struct NavItem {
    /// Its name.
    pub(crate) label: &'static str,
    /// Its address.
    pub(crate) href: &'static str,
    /// Its icon.
    pub(crate) icon: &'static str,
    /// Whether the page is in it.
    pub(crate) is_current: bool,
    /// How many things are wrong there.
    pub(crate) faults: usize,
}

impl std::ops::Deref for Shell {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// Whether htmx asks for the element with this id alone. Restoring history wants the whole page.
    #[must_use]
    pub(crate) fn wants(&self, id: &str) -> bool {
        self.target.as_deref() == Some(id)
    }

    /// Whether htmx asks at all.
    #[must_use]
    pub(crate) fn is_fragment(&self) -> bool {
        self.target.is_some()
    }
}

impl Shell {
    /// For somebody who may look, or for nobody.
    fn new(
        state: &AppState,
        attention: Counts,
        viewer: Option<&Viewer>,
        request: &Request,
    ) -> Self {
        let uri = request.uri();
        let term = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .find(|(key, _)| key == "q" && uri.path() == urls::SEARCH)
            .map(|(_, term)| term.into_owned())
            .unwrap_or_default();
        Self(Arc::new(Inner {
            portal: portal_name(state),
            nav: nav(uri.path(), &attention, state.local_git.is_some()),
            flash: Flash::read(request.headers()),
            viewer: viewer
                .and_then(|viewer| viewer.user().ok())
                .map(|user| EntityLink::find(&state.catalog.read(), &user.entity_ref)),
            is_admitted: viewer.is_some(),
            term,
            now: state.clock.now(),
            attention,
            assets: &ASSETS,
            icons: &icons::SHEET,
            target: target(request.headers()),
        }))
    }
}

impl<S: Sync> FromRequestParts<S> for Shell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let shell = parts.extensions.get::<Self>();
        Ok(shell.expect("every page stands in the frame").clone())
    }
}

/// What [`frame`] needs.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) state: AppState,
    pub(super) attention: Attention,
}

/// Lets people in or asks them to sign in, puts the shell around a request, and makes a page of the error it may
/// answer with.
pub(super) async fn frame(
    State(frame): State<Frame>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let decided = Viewer::of_page(
        &frame.state,
        is_local(request.extensions(), request.headers()),
    );
    let counts = match &decided {
        Ok(_) => frame.attention.counts(&frame.state).await,
        Err(_) => Counts::default(),
    };
    let shell = Shell::new(&frame.state, counts, decided.as_ref().ok(), &request);
    request.extensions_mut().insert(shell.clone());
    let response = match decided {
        Err(fault) if !urls::is_open(&path) => PageError::from(fault).into_response(),
        decided => {
            request.extensions_mut().insert(decided.unwrap_or_default());
            next.run(request).await
        }
    };
    error::with_page(response, &shell, &frame.state, &path).await
}

fn portal_name(state: &AppState) -> String {
    let config = &state.config;
    config
        .app
        .title
        .clone()
        .or_else(|| config.organization.clone())
        .unwrap_or_else(|| "Callboard".to_owned())
}

fn target(headers: &HeaderMap) -> Option<String> {
    if !headers.contains_key(HX_REQUEST) || headers.contains_key(HX_HISTORY_RESTORE_REQUEST) {
        return None;
    }
    let id = headers.get(HX_TARGET).and_then(|id| id.to_str().ok());
    Some(id.unwrap_or_default().to_owned())
}

/// Only what exists: repositories, where the portal keeps some.
fn nav(path: &str, attention: &Counts, has_repositories: bool) -> Vec<NavItem> {
    let item = |label, href: &'static str, icon, faults| NavItem {
        label,
        href,
        icon,
        is_current: path == href
            || href != urls::HOME
                && path
                    .strip_prefix(href)
                    .is_some_and(|rest| rest.starts_with('/')),
        faults,
    };
    let mut items = vec![
        item("Home", urls::HOME, "home", 0),
        item("Catalog", urls::CATALOG, "catalog", 0),
        item("Create", urls::CREATE, "create", 0),
        item("Teams", urls::TEAMS, "group", 0),
        item("Runs", urls::RUNS, "run", 0),
    ];
    if has_repositories {
        items.push(item("Repositories", urls::REPOSITORIES, "repository", 0));
    }
    items.push(item(
        "Sources",
        urls::SOURCES,
        "source",
        attention.broken_files + attention.held_removals,
    ));
    items
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn the_rail_marks_where_one_is() {
        let current = |path: &str| -> Vec<&str> {
            nav(path, &Counts::default(), true)
                .iter()
                .filter(|item| item.is_current)
                .map(|item| item.label)
                .collect()
        };
        assert_eq!(current("/"), ["Home"]);
        assert_eq!(current("/catalog"), ["Catalog"]);
        assert_eq!(current("/catalog/default/component/x"), ["Catalog"]);
        assert_eq!(current("/create/default/service"), ["Create"]);
        assert_eq!(current("/sources/removals"), ["Sources"]);
        assert_eq!(current("/git/rail/tickets"), ["Repositories"]);
        assert_eq!(current("/runs/1"), ["Runs"]);
        assert!(current("/search").is_empty());
        assert!(current("/teamsters").is_empty());
    }

    #[test]
    fn only_htmx_gets_a_part_and_history_gets_the_whole() {
        let mut headers = HeaderMap::new();
        assert_eq!(target(&headers), None);
        headers.insert(HX_TARGET, "results".parse().expect("a header"));
        assert_eq!(target(&headers), None);
        headers.insert(HX_REQUEST, "true".parse().expect("a header"));
        assert_eq!(target(&headers).as_deref(), Some("results"));
        headers.insert(
            HX_HISTORY_RESTORE_REQUEST,
            "true".parse().expect("a header"),
        );
        assert_eq!(target(&headers), None);
    }
}
