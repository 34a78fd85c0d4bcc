//! ${{ values.description }}

use axum::{Router, routing::get};
use tokio::{net::TcpListener, signal};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", ${{ values.port }})).await?;
    axum::serve(listener, router())
        .with_graceful_shutdown(async { signal::ctrl_c().await.unwrap_or_default() })
        .await
}

fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "${{ values.name }}" }))
        .route("/health", get(|| async { "ok" }))
}
