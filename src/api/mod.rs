//! Backstage's JSON APIs, one module a backend plugin, and our own under `/api/callboard`.
//!
//! `router` is the table of all routes; `docs/API.md` lists them, and a test compares the two.

mod auth;
mod callboard;
mod callboard_runs;
mod catalog;
mod contract;
mod cookie;
mod git;
mod health;
mod kubernetes;
mod notifications;
mod openapi;
mod permission;
mod plugins;
mod proposals;
mod scaffolder;
mod search;
mod signals;
mod spelling;
mod techdocs;
mod user_settings;

use axum::{
    Router,
    extract::Request,
    middleware::from_fn_with_state,
    routing::{self, any as any_method},
};

use self::spelling::normalise;
use crate::http::{
    AppState, PLUGINS, admit, any, delete, get, not_found, post, post_large, put, read,
};

/// Every route of the API.
pub fn router(state: AppState) -> Router {
    let routes = routes();
    let normalised = routes.clone().fallback(not_found).with_state(state.clone());
    let again = move |request: Request| normalise(normalised, request);
    routes
        .route("/api/{*path}", any_method(again.clone()))
        .route("/API/{*path}", any_method(again.clone()))
        .route("/.backstage/{*path}", any_method(again))
        .method_not_allowed_fallback(not_found)
        .layer(from_fn_with_state(state.clone(), admit))
        .merge(git::routes())
        .with_state(state)
}

fn routes() -> Router<AppState> {
    let routes = health_and_search()
        .merge(entities())
        .merge(unprocessed())
        .merge(locations())
        .merge(techdocs())
        .merge(kubernetes())
        .merge(notifications())
        .merge(signals())
        .merge(descriptions())
        .merge(sign_in())
        .merge(every_plugin())
        .merge(permissions())
        .merge(user_settings())
        .merge(templates())
        .merge(tasks())
        .merge(runs())
        .merge(ours());
    routes.method_not_allowed_fallback(not_found)
}

fn health_and_search() -> Router<AppState> {
    Router::new()
        .route(
            "/.backstage/health/v1/liveness",
            routing::get(health::liveness),
        )
        .route(
            "/.backstage/health/v1/readiness",
            routing::get(health::readiness),
        )
        .route("/api/search/query", get(search::query))
}

fn entities() -> Router<AppState> {
    Router::new()
        .route("/api/catalog/entities", read(catalog::list_entities))
        .route(
            "/api/catalog/entities/by-query",
            read(catalog::query_entities).merge(post(catalog::query_entities_by_predicate)),
        )
        .route(
            "/api/catalog/entities/by-refs",
            post(catalog::entities_by_refs),
        )
        .route(
            "/api/catalog/entities/by-uid/{uid}",
            read(catalog::entity_by_uid).merge(delete(catalog::delete_entity)),
        )
        .route(
            "/api/catalog/entities/by-name/{kind}/{namespace}/{name}",
            read(catalog::entity_by_name),
        )
        .route(
            "/api/catalog/entities/by-name/{kind}/{namespace}/{name}/ancestry",
            read(catalog::ancestry),
        )
        .route(
            "/api/catalog/entity-facets",
            read(catalog::facets).merge(post(catalog::facets_by_predicate)),
        )
}

fn unprocessed() -> Router<AppState> {
    Router::new()
        .route(
            "/api/catalog/entities/unprocessed/failed",
            get(catalog::failed_entities),
        )
        .route(
            "/api/catalog/entities/unprocessed/pending",
            get(catalog::pending_entities),
        )
        .route(
            "/api/catalog/entities/unprocessed/delete/{entity_id}",
            delete(catalog::delete_unprocessed),
        )
}

fn locations() -> Router<AppState> {
    Router::new()
        .route("/api/catalog/refresh", post(catalog::refresh))
        .route(
            "/api/catalog/validate-entity",
            post(catalog::validate_entity),
        )
        .route(
            "/api/catalog/locations",
            get(catalog::list_locations).merge(post(catalog::register_location)),
        )
        .route(
            "/api/catalog/locations/by-query",
            post(catalog::query_locations),
        )
        .route(
            "/api/catalog/locations/{id}",
            get(catalog::location)
                .merge(put(catalog::replace_location))
                .merge(delete(catalog::unregister_location)),
        )
        .route(
            "/api/catalog/locations/by-entity/{kind}/{namespace}/{name}",
            get(catalog::location_of_entity),
        )
        .route(
            "/api/catalog/analyze-location",
            post(catalog::analyze_location),
        )
}

fn techdocs() -> Router<AppState> {
    Router::new()
        .route(
            "/api/techdocs/metadata/techdocs/{namespace}/{kind}/{name}",
            get(techdocs::metadata),
        )
        .route(
            "/api/techdocs/metadata/entity/{namespace}/{kind}/{name}",
            get(techdocs::entity_metadata),
        )
        .route(
            "/api/techdocs/sync/{namespace}/{kind}/{name}",
            get(techdocs::sync),
        )
}

fn kubernetes() -> Router<AppState> {
    Router::new()
        .route("/api/kubernetes/clusters", get(kubernetes::clusters))
        .route("/api/kubernetes/services/{id}", post(kubernetes::service))
        .route(
            "/api/kubernetes/resources/workloads/query",
            post(kubernetes::workloads),
        )
        .route(
            "/api/kubernetes/resources/custom/query",
            post(kubernetes::custom_resources),
        )
        .route("/api/kubernetes/proxy/{*path}", any(kubernetes::proxy))
}

/// Backstage serves every one of them under both addresses.
fn notifications() -> Router<AppState> {
    let mut routes = Router::new();
    for root in ["/api/notifications", "/api/notifications/notifications"] {
        let path = |rest: &str| format!("{root}{rest}");
        routes = routes
            .route(root, get(notifications::list))
            .route(&path("/status"), get(notifications::status))
            .route(&path("/topics"), get(notifications::topics))
            .route(&path("/settings"), get(notifications::settings))
            .route(&path("/update"), post(notifications::update))
            .route(&path("/{id}"), get(notifications::notification));
    }
    routes
}

fn signals() -> Router<AppState> {
    Router::new().route("/api/signals", routing::get(signals::connect))
}

fn descriptions() -> Router<AppState> {
    Router::new()
        .route("/api/catalog/openapi.json", get(openapi::catalog))
        .route("/api/search/openapi.json", get(openapi::search))
        .route("/api/scaffolder/openapi.json", get(openapi::scaffolder))
}

fn sign_in() -> Router<AppState> {
    Router::new()
        .route("/api/auth/.well-known/jwks.json", get(auth::jwks))
        .route(
            "/api/auth/.well-known/openid-configuration",
            get(auth::openid_configuration),
        )
        .route("/api/auth/v1/userinfo", get(auth::userinfo))
        .route("/api/auth/{provider}", any(auth::provider))
        .route("/api/auth/{provider}/{action}", any(auth::provider))
        .route("/api/auth/{provider}/handler/frame", any(auth::provider))
}

/// What every plugin has: keys, a cookie, scheduled tasks, actions for agents.
fn every_plugin() -> Router<AppState> {
    let mut routes = Router::new();
    for plugin in PLUGINS {
        let at = |route: &str| route.replace("{plugin}", plugin);
        routes = routes
            .route(
                &at("/api/{plugin}/.backstage/auth/v1/jwks.json"),
                get(auth::jwks),
            )
            .route(
                &at("/api/{plugin}/.backstage/auth/v1/cookie"),
                get(cookie::give_cookie).merge(delete(cookie::take_cookie)),
            )
            .route(
                &at("/api/{plugin}/.backstage/scheduler/v1/tasks"),
                get(plugins::tasks),
            )
            .route(
                &at("/api/{plugin}/.backstage/scheduler/v1/tasks/{id}/trigger"),
                post(plugins::trigger_task),
            )
            .route(
                &at("/api/{plugin}/.backstage/actions/v1/actions"),
                get(plugins::actions),
            );
    }
    routes
}

fn permissions() -> Router<AppState> {
    Router::new()
        .route("/api/permission/authorize", post(permission::authorize))
        .route("/api/permission/health", routing::get(permission::health))
        .route(
            "/api/catalog/.well-known/backstage/permissions/metadata",
            get(permission::catalog_metadata),
        )
        .route(
            "/api/catalog/.well-known/backstage/permissions/apply-conditions",
            post(permission::apply_catalog_conditions),
        )
}

fn user_settings() -> Router<AppState> {
    Router::new()
        .route("/api/user-settings/multiget", post(user_settings::settings))
        .route(
            "/api/user-settings/buckets/{bucket}/keys/{key}",
            get(user_settings::setting)
                .merge(put(user_settings::keep_setting))
                .merge(delete(user_settings::forget_setting)),
        )
}

fn templates() -> Router<AppState> {
    Router::new()
        .route(
            "/api/scaffolder/v2/templates/{namespace}/{kind}/{name}/parameter-schema",
            get(scaffolder::parameter_schema),
        )
        .route("/api/scaffolder/v2/actions", get(scaffolder::actions))
        .route(
            "/api/scaffolder/v2/templating-extensions",
            get(scaffolder::templating_extensions),
        )
        .route(
            "/api/scaffolder/v2/dry-run",
            post_large(scaffolder::dry_run),
        )
        .route(
            "/api/scaffolder/v2/autocomplete/{provider}/{resource}",
            post(scaffolder::autocomplete),
        )
}

fn tasks() -> Router<AppState> {
    Router::new()
        .route(
            "/api/scaffolder/v2/tasks",
            get(scaffolder::tasks).merge(post_large(scaffolder::create_task)),
        )
        .route("/api/scaffolder/v2/tasks/{id}", get(scaffolder::task))
        .route(
            "/api/scaffolder/v2/tasks/{id}/cancel",
            post(scaffolder::cancel),
        )
        .route(
            "/api/scaffolder/v2/tasks/{id}/retry",
            post(scaffolder::retry),
        )
        .route(
            "/api/scaffolder/v2/tasks/{id}/events",
            get(scaffolder::events),
        )
        .route(
            "/api/scaffolder/v2/tasks/{id}/eventstream",
            get(scaffolder::event_stream),
        )
}

fn runs() -> Router<AppState> {
    Router::new()
        .route("/api/callboard/plan", post(callboard_runs::plan))
        .route("/api/callboard/runs/{id}", get(callboard_runs::run))
        .route("/api/callboard/runs/{id}/skip", post(callboard_runs::skip))
        .route(
            "/api/callboard/runs/{id}/answer",
            post(callboard_runs::give_answer),
        )
        .route(
            "/api/callboard/runs/{id}/effect",
            post(callboard_runs::settle),
        )
        .route(
            "/api/callboard/runs/{id}/undo",
            get(callboard_runs::undo_list).merge(post(callboard_runs::undo)),
        )
}

/// What Backstage has no address for.
fn ours() -> Router<AppState> {
    Router::new()
        .route("/api/callboard/files", get(callboard::files))
        .route(
            "/api/callboard/files/refresh",
            post(callboard::refresh_file),
        )
        .route("/api/callboard/removals", get(callboard::removals))
        .route(
            "/api/callboard/removals/accept",
            post(callboard::accept_removal),
        )
        .route("/api/callboard/proposals", post(proposals::propose))
        .route("/api/callboard/proposals/draft", get(proposals::draft))
        .route("/api/callboard/deletions", get(callboard::deletions))
        .route(
            "/api/callboard/deletions/undo",
            post(callboard::undo_deletion),
        )
        .route(
            "/api/callboard/history/{kind}/{namespace}/{name}",
            get(callboard::history),
        )
}
