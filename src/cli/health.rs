//! `callboard health`: asks a running portal whether it is ready, for container health checks.

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use url::Url;

/// Shorter than the health check of the container image allows.
const TIMEOUT: Duration = Duration::from_secs(2);
const READINESS: &str = "/.backstage/health/v1/readiness";

/// Where to ask the portal at `url`, or the one that listens at `listen`.
#[must_use]
pub fn readiness_url(url: Option<&Url>, listen: SocketAddr) -> String {
    let base = match url {
        Some(url) => url.to_string(),
        None => format!("http://{}", reachable(listen)),
    };
    base.trim_end_matches('/').to_owned() + READINESS
}

/// The address to reach a listener by: one that listens everywhere is asked on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Asks: 0 if it is ready, 1 if it is not or does not answer; `errors` is told why.
pub async fn run_health(readiness_url: &str, errors: &mut dyn Write) -> ExitCode {
    let told = match ask(readiness_url).await {
        Ok(status) if status.is_success() => return ExitCode::SUCCESS,
        Ok(status) => format!("{readiness_url} answers {status}: the portal is not ready"),
        Err(fault) => format!("{readiness_url} does not answer: {}", root_cause(&fault)),
    };
    // Nobody is left to tell if this cannot be written.
    let _ = writeln!(errors, "error: {told}");
    ExitCode::FAILURE
}

async fn ask(url: &str) -> reqwest::Result<reqwest::StatusCode> {
    // Once a process; the second time says it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A proxy of the environment would be asked about itself.
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .build()?;
    Ok(client.get(url).send().await?.status())
}

/// reqwest's own words hide the reason: "error sending request".
fn root_cause(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

    use super::{readiness_url, run_health};

    #[test]
    fn the_portal_is_asked_where_it_can_be_reached() {
        let cases = [
            (None, "0.0.0.0:7007", "http://127.0.0.1:7007"),
            (None, "[::]:80", "http://[::1]:80"),
            (None, "10.1.2.3:7007", "http://10.1.2.3:7007"),
            (
                Some("http://a.example:1/"),
                "0.0.0.0:7007",
                "http://a.example:1",
            ),
            (
                Some("https://a.example/portal"),
                "0.0.0.0:7007",
                "https://a.example/portal",
            ),
        ];
        for (url, listen, expected) in cases {
            let url = url.map(|url| url.parse().unwrap());
            let found = readiness_url(url.as_ref(), listen.parse().unwrap());
            assert_eq!(found, format!("{expected}/.backstage/health/v1/readiness"));
        }
    }

    #[tokio::test]
    async fn only_a_ready_portal_is_healthy() {
        let server = MockServer::start().await;
        let url = readiness_url(None, *server.address());
        for (status, code) in [(200, ExitCode::SUCCESS), (503, ExitCode::FAILURE)] {
            server.reset().await;
            Mock::given(path("/.backstage/health/v1/readiness"))
                .respond_with(ResponseTemplate::new(status))
                .mount(&server)
                .await;
            assert_eq!(run_health(&url, &mut Vec::new()).await, code);
        }
        drop(server);
    }

    #[tokio::test]
    async fn a_portal_that_does_not_answer_is_not_healthy() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut errors = Vec::new();
        let code = run_health(&readiness_url(None, closed), &mut errors).await;
        assert_eq!(code, ExitCode::FAILURE);
        assert!(
            String::from_utf8(errors)
                .unwrap()
                .contains("does not answer: ")
        );
    }
}
