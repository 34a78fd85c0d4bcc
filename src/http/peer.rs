//! Where a request comes from.

use std::net::SocketAddr;

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};

/// What proxies add. Whoever sends one of these speaks for somebody else.
const FORWARDED: [&str; 6] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
];

/// Whether a request comes from this machine and not through a proxy on it.
#[must_use]
pub fn is_local(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|ConnectInfo(address)| address.ip().to_canonical().is_loopback())
        && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unforwarded_request_over_loopback_is_local() {
        for (peer, header, expected) in [
            ("127.0.0.1:5000", None, true),
            ("[::1]:5000", None, true),
            ("[::ffff:127.0.0.1]:5000", None, true),
            ("127.0.0.1:5000", Some("x-forwarded-for"), false),
            ("127.0.0.1:5000", Some("forwarded"), false),
            ("192.0.2.1:5000", None, false),
        ] {
            let mut extensions = Extensions::new();
            let address: SocketAddr = peer.parse().expect("an address");
            extensions.insert(ConnectInfo(address));
            let mut headers = HeaderMap::new();
            if let Some(name) = header {
                headers.insert(name, "192.0.2.1".parse().expect("a header"));
            }
            assert_eq!(
                is_local(&extensions, &headers),
                expected,
                "{peer} {header:?}"
            );
        }
        assert!(
            !is_local(&Extensions::new(), &HeaderMap::new()),
            "an unknown peer"
        );
    }
}
