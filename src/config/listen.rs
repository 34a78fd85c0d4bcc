//! `backend.listen`: `":7007"`, `"host:port"`, a number, or `{host, port}`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde_json::Value;

use super::reader::Section;

const DEFAULT_PORT: u16 = 7007;
const ANY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

pub(super) fn read(backend: Section<'_>) -> SocketAddr {
    let (host, port) = match backend.get("listen") {
        None => (None, None),
        Some(Value::Object(_)) => backend.section("listen", |listen| {
            (listen.text("host").map(str::to_owned), listen.whole("port"))
        }),
        Some(Value::Number(number)) => (None, number.as_u64()),
        Some(Value::String(text)) => {
            let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
            let parsed = port.parse::<u64>().ok();
            if parsed.is_none() {
                backend.problem(
                    "listen",
                    format!("“{text}” has no port. Write `:7007` or `host:7007`."),
                );
            }
            (
                Some(host.trim_matches(['[', ']']).to_owned()).filter(|host| !host.is_empty()),
                parsed,
            )
        }
        Some(_) => {
            backend.problem(
                "listen",
                "must be a text, a number, or a mapping of `host` and `port`.",
            );
            (None, None)
        }
    };
    let port = match port {
        None => DEFAULT_PORT,
        Some(port) => u16::try_from(port).unwrap_or_else(|_| {
            backend.problem("listen", format!("{port} is no port: ports end at 65535."));
            DEFAULT_PORT
        }),
    };
    SocketAddr::new(address(backend, host.as_deref()), port)
}

fn address(backend: Section<'_>, host: Option<&str>) -> IpAddr {
    match host {
        None | Some("*") => ANY,
        Some("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(host) => host.parse().unwrap_or_else(|_| {
            backend.problem(
                "listen",
                format!(
                    "“{host}” is no address of this machine. Write an IP address, such as 0.0.0.0."
                ),
            );
            ANY
        }),
    }
}
