//! Services that may use some permissions only (`accessRestrictions` of `backend.auth.externalAccess`).

use super::catalog::permission;
use crate::{
    auth::Service,
    config::AccessRestriction,
    error::{Error, Result},
};

/// Which permission a route needs: plugin, method, how its path begins, permission. The first that fits.
const ROUTES: [(&str, &str, &str, &str); 21] = [
    (
        "catalog",
        "DELETE",
        "/entities/by-uid/",
        "catalog.entity.delete",
    ),
    (
        "catalog",
        "GET",
        "/entities/unprocessed",
        "catalog.entities.unprocessed.read",
    ),
    (
        "catalog",
        "DELETE",
        "/entities/unprocessed",
        "catalog.entities.unprocessed.delete",
    ),
    ("catalog", "GET", "/entities", "catalog.entity.read"),
    ("catalog", "POST", "/entities", "catalog.entity.read"),
    ("catalog", "GET", "/entity-facets", "catalog.entity.read"),
    ("catalog", "POST", "/entity-facets", "catalog.entity.read"),
    ("catalog", "POST", "/refresh", "catalog.entity.refresh"),
    (
        "catalog",
        "POST",
        "/validate-entity",
        "catalog.entity.validate",
    ),
    (
        "catalog",
        "POST",
        "/analyze-location",
        "catalog.location.analyze",
    ),
    (
        "catalog",
        "POST",
        "/locations/by-query",
        "catalog.location.read",
    ),
    ("catalog", "GET", "/locations", "catalog.location.read"),
    ("catalog", "POST", "/locations", "catalog.location.create"),
    ("catalog", "PUT", "/locations", "catalog.location.create"),
    ("catalog", "DELETE", "/locations", "catalog.location.delete"),
    ("search", "GET", "/query", "catalog.entity.read"),
    (
        "callboard",
        "POST",
        "/files/refresh",
        "catalog.entity.refresh",
    ),
    (
        "callboard",
        "POST",
        "/removals/accept",
        "catalog.entity.delete",
    ),
    (
        "callboard",
        "POST",
        "/deletions/undo",
        "catalog.entity.create",
    ),
    ("callboard", "GET", "/files", "catalog.location.read"),
    ("callboard", "GET", "/", "catalog.entity.read"),
];

/// [`Error::NotAllowed`] unless the service may do what the route does. A route whose permission is not known is
/// closed to services that may use some permissions only.
pub fn check_restrictions(service: &Service, plugin: &str, method: &str, path: &str) -> Result<()> {
    service.check_plugin(plugin)?;
    let Some(restrictions) = &service.restrictions else {
        return Ok(());
    };
    let needed = needed(plugin, method, path);
    let is_allowed =
        |allowed: &AccessRestriction| allowed.plugin == plugin && allows(allowed, needed);
    if restrictions.iter().any(is_allowed) {
        return Ok(());
    }
    let needed = needed.map_or_else(
        || "one that no token can be restricted to".to_owned(),
        |needed| format!("'{needed}'"),
    );
    Err(Error::NotAllowed(format!(
        "This token's access is restricted to other permissions; this needs {needed}"
    )))
}

fn allows(allowed: &AccessRestriction, needed: Option<&str>) -> bool {
    if allowed.permissions.is_empty() && allowed.actions.is_empty() {
        return true;
    }
    let Some(needed) = needed.and_then(permission) else {
        return false;
    };
    let has = |list: &[String], word: Option<&str>| {
        list.is_empty() || word.is_some_and(|word| list.iter().any(|allowed| allowed == word))
    };
    has(&allowed.permissions, Some(needed.name)) && has(&allowed.actions, needed.action)
}

fn needed(plugin: &str, method: &str, path: &str) -> Option<&'static str> {
    let path = path.to_lowercase();
    let method = if method == "HEAD" { "GET" } else { method };
    let fits = |(of, with, root, _): &&(&str, &str, &str, &'static str)| {
        *of == plugin && *with == method && is_below(&path, root)
    };
    ROUTES.iter().find(fits).map(|(.., permission)| *permission)
}

/// Whether a path is a root or below it, by whole segments.
fn is_below(path: &str, root: &str) -> bool {
    let rest = path.strip_prefix(root);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || root.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_does_what_it_may_and_nothing_else() {
        let service = |permissions: &[&str], actions: &[&str]| Service {
            subject: "external:ci".to_owned(),
            restrictions: Some(vec![AccessRestriction {
                plugin: "catalog".to_owned(),
                permissions: permissions.iter().map(|text| (*text).to_owned()).collect(),
                actions: actions.iter().map(|text| (*text).to_owned()).collect(),
            }]),
        };
        let reader = service(&["catalog.entity.read"], &[]);
        let creator = service(&[], &["create"]);
        let all = service(&[], &[]);
        for (service, method, path, expected) in [
            (&reader, "GET", "/entities", true),
            (&reader, "HEAD", "/Entities/by-name/a/b/c", true),
            (&reader, "POST", "/entities/by-refs", true),
            (&reader, "DELETE", "/entities/by-uid/1", false),
            (&reader, "GET", "/locations", false),
            (&reader, "GET", "/entities-of-another-kind", false),
            (&reader, "GET", "/unknown", false),
            (&creator, "POST", "/locations", true),
            (&creator, "POST", "/locations/by-query", false),
            (&creator, "GET", "/entities", false),
            (&all, "DELETE", "/entities/by-uid/1", true),
            (&all, "GET", "/unknown", true),
        ] {
            let checked = check_restrictions(service, "catalog", method, path);
            assert_eq!(checked.is_ok(), expected, "{service:?} {method} {path}");
        }
        assert!(check_restrictions(&all, "search", "GET", "/query").is_err());
        let free = Service {
            restrictions: None,
            ..all
        };
        assert!(check_restrictions(&free, "search", "GET", "/query").is_ok());
    }

    #[test]
    fn routes_need_permissions_that_exist() {
        for (_, method, path, name) in ROUTES {
            assert!(permission(name).is_some(), "{method} {path} needs {name}");
        }
    }
}
