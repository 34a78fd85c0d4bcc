//! `integrations`: the Git hosts, where their APIs are and what lets the portal in.

use url::Url;

use super::{Secret, credentials, credentials::Credential, reader::Section};
use crate::entity::ScmHost;

/// A Git host.
#[derive(Debug, Clone)]
pub struct Integration {
    /// The key it is configured at, such as `integrations.gitea[0]`: errors name it.
    pub key: String,
    /// `host` or `host:port`, as in URLs.
    pub host: String,
    /// Its product.
    pub product: ScmHost,
    /// Where its pages begin; repositories are below.
    pub base_url: Url,
    /// Where its API begins.
    pub api_base_url: Url,
    /// Where it serves raw files, if elsewhere (`rawBaseUrl` of GitHub, `gitilesBaseUrl` of Gerrit).
    pub raw_base_url: Option<Url>,
    /// Where it is cloned from, if elsewhere (`cloneUrl` of Gerrit).
    pub clone_base_url: Option<Url>,
    /// What lets the portal in, in the order to try; empty: it reads what everyone may.
    pub credentials: Vec<Credential>,
    /// How calls are repeated and paced.
    pub retry: RetryPolicy,
    /// `commitSigningKey`
    pub commit_signing_key: Option<Secret>,
    /// `disableEditUrl` of Gerrit.
    pub disable_edit_url: bool,
}

/// `retry` of an integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// `maxRetries`: how often a call that may be repeated is.
    pub max_retries: u32,
    /// `retryStatusCodes`: the answers that are worth it.
    pub status_codes: Vec<u16>,
    /// `maxApiRequestsPerMinute`; `None`: no limit of ours.
    pub max_requests_per_minute: Option<u32>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 2,
            status_codes: vec![502, 503, 504],
            max_requests_per_minute: None,
        }
    }
}

/// A product: its key, the host that is there without being configured, and where its API is from its pages.
struct Product {
    key: &'static str,
    product: ScmHost,
    implicit: Option<&'static str>,
    /// A whole address, or a path below the pages.
    api: &'static str,
    /// Where the API of the implicit host is.
    implicit_api: &'static str,
    credentials: fn(Section<'_>) -> Vec<Credential>,
}

const PRODUCTS: [Product; 7] = [
    Product {
        key: "azure",
        product: ScmHost::AzureRepos,
        implicit: Some("dev.azure.com"),
        api: "",
        implicit_api: "https://dev.azure.com",
        credentials: credentials::azure,
    },
    Product {
        key: "bitbucketCloud",
        product: ScmHost::BitbucketCloud,
        implicit: Some("bitbucket.org"),
        api: "/2.0",
        implicit_api: "https://api.bitbucket.org/2.0",
        credentials: credentials::bitbucket_cloud,
    },
    Product {
        key: "bitbucketServer",
        product: ScmHost::BitbucketServer,
        implicit: None,
        api: "/rest/api/1.0",
        implicit_api: "",
        credentials: credentials::token_or_password,
    },
    Product {
        key: "gerrit",
        product: ScmHost::Gerrit,
        implicit: None,
        api: "",
        implicit_api: "",
        credentials: credentials::password,
    },
    Product {
        key: "github",
        product: ScmHost::GitHub,
        implicit: Some("github.com"),
        api: "/api/v3",
        implicit_api: "https://api.github.com",
        credentials: credentials::github,
    },
    Product {
        key: "gitea",
        product: ScmHost::Gitea,
        implicit: None,
        api: "/api/v1",
        implicit_api: "",
        credentials: credentials::password,
    },
    Product {
        key: "gitlab",
        product: ScmHost::GitLab,
        implicit: Some("gitlab.com"),
        api: "/api/v4",
        implicit_api: "https://gitlab.com/api/v4",
        credentials: credentials::token,
    },
];

/// Reads them all; the configured ones come before those that are there anyway, and the first of a host counts.
pub(super) fn read(integrations: Section<'_>) -> Vec<Integration> {
    let mut found: Vec<Integration> = PRODUCTS
        .iter()
        .flat_map(|product| integrations.sections(product.key, |entry| read_one(product, entry)))
        .collect();
    let implicit = PRODUCTS.iter().filter_map(implicit_integration);
    found.extend(implicit);
    merge_azure(found)
}

fn read_one(product: &Product, entry: Section<'_>) -> Option<Integration> {
    let host = match product.implicit {
        Some(implicit) => entry.text("host").unwrap_or(implicit),
        None => entry.required_text("host")?,
    };
    let origin = Url::parse(&format!("https://{host}")).ok();
    let Some(origin) = origin.filter(|_| !host.contains(['/', '@', '?', '#'])) else {
        entry.problem("host", format!("“{host}” is no host. Write `git.example.com` or `git.example.com:3000`, and the rest under `baseUrl`."));
        return None;
    };
    let base_url = address(entry, "baseUrl").unwrap_or(origin);
    let api_base_url = address(entry, "apiBaseUrl").unwrap_or_else(|| match product.implicit {
        Some(implicit) if implicit == host && entry.get("baseUrl").is_none() => {
            whole(product.implicit_api)
        }
        _ => below(&base_url, product.api),
    });
    let raw_key = if product.product == ScmHost::Gerrit {
        "gitilesBaseUrl"
    } else {
        "rawBaseUrl"
    };
    if product.product == ScmHost::Gerrit {
        entry.required_text("gitilesBaseUrl")?;
    }
    Some(Integration {
        key: entry.own_key().to_owned(),
        host: host.to_owned(),
        product: product.product,
        raw_base_url: address(entry, raw_key).or_else(|| raw_of(host)),
        clone_base_url: address(entry, "cloneUrl"),
        base_url,
        api_base_url,
        credentials: (product.credentials)(entry),
        retry: entry.section("retry", read_retry),
        commit_signing_key: entry.text("commitSigningKey").map(Secret::new),
        disable_edit_url: entry.bool("disableEditUrl").unwrap_or(false),
    })
}

fn read_retry(retry: Section<'_>) -> RetryPolicy {
    let usual = RetryPolicy::default();
    let number = |key: &str| {
        retry
            .whole(key)
            .map(|found| u32::try_from(found).unwrap_or(u32::MAX))
    };
    let codes = retry.list("retryStatusCodes").map(|list| {
        let code = |item: &serde_json::Value| u16::try_from(item.as_u64()?).ok();
        let codes: Option<Vec<u16>> = list.iter().map(code).collect();
        codes.unwrap_or_else(|| {
            retry.problem(
                "retryStatusCodes",
                "must be a list of HTTP status codes, such as `[429, 503]`.",
            );
            Vec::new()
        })
    });
    RetryPolicy {
        max_retries: number("maxRetries").map_or(usual.max_retries, |count| count.min(10)),
        status_codes: codes.unwrap_or(usual.status_codes),
        max_requests_per_minute: number("maxApiRequestsPerMinute").filter(|count| *count > 0),
    }
}

fn implicit_integration(product: &Product) -> Option<Integration> {
    let host = product.implicit?;
    Some(Integration {
        key: format!("integrations.{}", product.key),
        host: host.to_owned(),
        product: product.product,
        base_url: whole(&format!("https://{host}")),
        api_base_url: whole(product.implicit_api),
        raw_base_url: raw_of(host),
        clone_base_url: None,
        credentials: Vec::new(),
        retry: RetryPolicy::default(),
        commit_signing_key: None,
        disable_edit_url: false,
    })
}

/// The Git host inside the portal, which is a Gitea to everybody: its pages are below `<backend.baseUrl>/git`.
pub(super) fn local(backend_url: &Url) -> Integration {
    let host = backend_url.host_str().unwrap_or_default();
    let base_url = below(backend_url, "/git");
    Integration {
        key: "callboard.localGit".to_owned(),
        host: backend_url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        product: ScmHost::Gitea,
        api_base_url: below(&base_url, "/api/v1"),
        base_url,
        raw_base_url: None,
        clone_base_url: None,
        credentials: Vec::new(),
        retry: RetryPolicy::default(),
        commit_signing_key: None,
        disable_edit_url: false,
    }
}

/// Entries of Azure for one host become one: their credentials are for different organizations.
fn merge_azure(found: Vec<Integration>) -> Vec<Integration> {
    let mut merged: Vec<Integration> = Vec::with_capacity(found.len());
    for entry in found {
        let first = merged.iter_mut().find(|earlier| {
            entry.product == ScmHost::AzureRepos
                && earlier.product == ScmHost::AzureRepos
                && earlier.host == entry.host
        });
        match first {
            Some(earlier) => earlier.credentials.extend(entry.credentials),
            None => merged.push(entry),
        }
    }
    merged
}

fn raw_of(host: &str) -> Option<Url> {
    (host == "github.com").then(|| whole("https://raw.githubusercontent.com"))
}

fn whole(text: &str) -> Url {
    Url::parse(text).expect("an address of ours")
}

fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

/// A web address under a key. It may not carry a password: those would be shown with it.
fn address(entry: Section<'_>, key: &str) -> Option<Url> {
    let text = entry.text(key)?;
    let url = Url::parse(text.trim_end_matches('/')).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    match url {
        Some(url) if url.username().is_empty() && url.password().is_none() => Some(url),
        Some(_) => {
            entry.problem(
                key,
                "has a user or a password in it. Write them under their own keys.",
            );
            None
        }
        None => {
            entry.problem(
                key,
                format!("“{text}” is no web address. Write it as https://git.example.com."),
            );
            None
        }
    }
}
