//! Backstage's JSON, one file per backend plugin. It renders nothing.

/// Routes.
pub fn router(_state: crate::http::AppState) -> axum::Router {
    todo!()
}
