//! HTML, one file per page. It knows no JSON.

/// Routes.
pub fn router(_state: crate::http::AppState) -> axum::Router {
    todo!()
}
