//! What runs call in the process: every route of the portal, as a caller from this machine.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, header::AUTHORIZATION},
};
use tower::ServiceExt;

use crate::{
    error::{Error, Result},
    scaffolder::{
        Services,
        outgoing::OutgoingAnswer,
        portal::{PortalCall, PortalCaller},
    },
};

/// Answers are read up to 8 MiB.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Runs call the portal until this is dropped: the routes hold what runs work with, and that holds the routes.
pub(super) struct OpenPortal(Services);

impl OpenPortal {
    /// Has calls answered by these routes.
    pub(super) fn of(services: Services, routes: Router) -> Self {
        let caller: PortalCaller = Arc::new(move |call| Box::pin(answer(routes.clone(), call)));
        services.portal.open(caller);
        Self(services)
    }
}

impl Drop for OpenPortal {
    fn drop(&mut self) {
        self.0.portal.close();
    }
}

async fn answer(routes: Router, call: PortalCall) -> Result<OutgoingAnswer> {
    let mut request = Request::builder()
        .method(call.method.as_str())
        .uri(&call.path)
        .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 0))));
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    if let Some(token) = &call.token {
        request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose()));
    }
    let request = request
        .body(Body::from(call.body))
        .map_err(|fault| Error::Input(format!("{} cannot be called: {fault}.", call.path)))?;
    let Ok(response) = routes.oneshot(request).await;
    let status = response.status().as_u16();
    let headers = response.headers().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    let headers = headers.collect();
    let body = to_bytes(response.into_body(), MAX_ANSWER_BYTES).await;
    Ok(OutgoingAnswer {
        status,
        headers,
        body: body.map_err(|_| Error::Input(format!("{} answers too much.", call.path)))?,
    })
}
