//! What the configuration lets the ingest read, and how.

use std::sync::Arc;

use url::Url;

use crate::{
    clock::Clock,
    config::Config,
    entity::{Kinds, ScmHost},
    forge::Forges,
    ingest,
    source::Reader,
    store::Db,
};

/// What the ingest is made of.
pub(super) fn ingest_parts(
    config: &Config,
    db: Db,
    kinds: &Arc<Kinds>,
    forges: Forges,
    clock: &Clock,
) -> ingest::Parts {
    let roots = config.callboard.file_roots.clone();
    ingest::Parts {
        db,
        reader: Reader::new(roots, allowed_urls(config), forges.clone()),
        forges,
        kinds: Arc::clone(kinds),
        options: ingest_options(config),
        hosts: scm_hosts(config),
        clock: clock.clone(),
    }
}

/// Whether a URL may be read: its host is listed under `backend.reading.allow`.
fn allowed_urls(config: &Config) -> impl Fn(&Url) -> bool + Send + Sync + 'static {
    let allowed = config.backend.reading_allow.clone();
    move |url| allowed.iter().any(|entry| entry.allows(url))
}

/// Which product runs on a host.
fn scm_hosts(config: &Config) -> ingest::ScmHosts {
    let integrations = config.integrations.clone();
    Arc::new(move |host: &str| -> Option<ScmHost> {
        integrations
            .iter()
            .find(|integration| integration.host == host)
            .map(|integration| integration.product)
    })
}

/// The ingest's options.
fn ingest_options(config: &Config) -> ingest::Options {
    let (catalog, callboard) = (&config.catalog, &config.callboard);
    ingest::Options {
        locations: catalog.locations.clone(),
        rules: catalog.rules.clone(),
        fault_isolation: callboard.fault_isolation,
        orphan_strategy: catalog.orphan_strategy,
        removal_share: callboard.removal_share,
        removal_minimum: callboard.removal_minimum,
        merge_keys: callboard.merge_keys,
        readonly: catalog.readonly,
        reconcile_interval: catalog.processing_interval,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::AllowedHost;

    #[test]
    fn only_listed_hosts_and_paths_are_read() {
        let entry = |host: &str, paths: Option<&[&str]>| AllowedHost {
            host: host.to_owned(),
            paths: paths.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect()),
        };
        for (entry, url, expected) in [
            (
                entry("example.com", None),
                "https://example.com/a.yaml",
                true,
            ),
            (
                entry("example.com", None),
                "https://example.com:8443/a.yaml",
                false,
            ),
            (
                entry("example.com:8443", None),
                "https://example.com:8443/a.yaml",
                true,
            ),
            (
                entry("*.example.com", None),
                "https://a.b.example.com/x",
                true,
            ),
            (entry("*.example.com", None), "https://example.com/x", false),
            (
                entry("example.com", Some(&["/public/"])),
                "https://example.com/public/x",
                true,
            ),
            (
                entry("example.com", Some(&["/public/"])),
                "https://example.com/public/../private",
                false,
            ),
        ] {
            let url = Url::parse(url).expect("a URL");
            assert_eq!(entry.allows(&url), expected, "{entry:?} {url}");
        }
    }
}
