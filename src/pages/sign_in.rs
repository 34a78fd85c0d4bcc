//! How to sign in, for those who have not: open to everybody.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{error::PageError, respond, shell::Shell};
use crate::http::AppState;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    shell: Shell,
    /// Whether there are guests at all; who looks may be none.
    has_guests: bool,
}

pub(super) async fn page(
    State(state): State<AppState>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = SignInPage {
        shell,
        has_guests: state.config.auth.guest.is_some(),
    };
    respond::html(&page.shell, page.render())
}
