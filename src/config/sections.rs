//! The sections, one function each.

use std::path::{Path, PathBuf};

use globset::Glob;
use serde_json::Value;
use url::Url;

use super::{
    Account, AllowedHost, App, Backend, CallboardConfig, CatalogConfig, Config, Cors, Database,
    FaultIsolation, Integration, OrphanStrategy, ScaffolderConfig, SearchConfig, Secret, auth,
    database, integrations, listen,
    locations::{self, Locations},
    merge::Merged,
    own_actions,
    problem::Problems,
    reader::Section,
    rules, scaffolder,
};
use crate::entity::KindDefinition;

/// Backstage processes each entity every 100 to 150 seconds.
const PROCESSING_INTERVAL: std::time::Duration = std::time::Duration::from_mins(2);
const DATA_DIR: &str = "./callboard-data";
/// As long as the base64 of 24 random bytes.
const MIN_ENCRYPTION_KEY: usize = 32;

/// Reads everything; what is wrong is noted.
pub(super) fn read(merged: &Merged, problems: &Problems) -> Config {
    let root = Section::root(&merged.value, problems);
    let working_folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let (backend, mut unread) = root.section("backend", read_backend);
    let found = root.section("catalog", |catalog| {
        locations::read(catalog, &working_folder)
    });
    let mut callboard = root.section("callboard", |section| {
        read_callboard(section, &backend.database, merged)
    });
    callboard.file_roots.extend(found.folders.iter().cloned());
    callboard.file_roots.push(working_folder);
    callboard.file_roots.extend(merged.folders.iter().cloned());
    unread.extend(found.unread.iter().cloned());
    let account = Account::of(merged, &backend, &unread);
    let mut integrations = root.section("integrations", integrations::read);
    if callboard.local_git {
        // Before all others: it is asked in the process, whatever stands there for the same host.
        integrations.insert(0, integrations::local(&backend.base_url));
    }
    let scaffolder = read_scaffolder(root, merged, &integrations);
    Config {
        app: root.section("app", |app| App {
            title: app.text("title").map(str::to_owned),
            base_url: base_url(app),
        }),
        organization: root.section("organization", |section| {
            section.text("name").map(str::to_owned)
        }),
        auth: root.section("auth", auth::read),
        permission_enabled: root.section("permission", |permission| {
            permission.bool("enabled").unwrap_or(false)
        }),
        integrations,
        catalog: root.section("catalog", |catalog| read_catalog(catalog, found)),
        scaffolder,
        search: root.section("search", |search| SearchConfig {
            max_page_limit: number(search, "maxPageLimit", 100),
            max_term_length: number(search, "maxTermLength", 100),
        }),
        backend,
        callboard,
        program_environment: Vec::new(),
        account,
    }
}

/// Backstage's section and ours together.
fn read_scaffolder(
    root: Section<'_>,
    merged: &Merged,
    integrations: &[Integration],
) -> ScaffolderConfig {
    let folder = merged.folders.last().cloned();
    let folder = folder.unwrap_or_else(|| PathBuf::from("."));
    root.section("scaffolder", |section| {
        root.section("callboard", |callboard| {
            callboard.section("scaffolder", |own| ScaffolderConfig {
                own: own_actions::read(own, &folder),
                ..scaffolder::read(section, own, integrations)
            })
        })
    })
}

/// The section, and what in it belongs to parts that are not here.
fn read_backend(backend: Section<'_>) -> (Backend, Vec<String>) {
    let (auth, unread) = auth::read_backend(backend);
    let backend = Backend {
        base_url: base_url(backend),
        listen: listen::read(backend),
        database: database::read(backend),
        cors: read_cors(backend),
        content_security_policy: content_security_policy(backend),
        auth,
        reading_allow: backend
            .section("reading", |reading| reading.sections("allow", allowed_host)),
    };
    (backend, unread)
}

fn base_url(section: Section<'_>) -> Url {
    let fallback = || Url::parse("http://localhost:7007").expect("a URL");
    let Some(text) = section.required_text("baseUrl") else {
        return fallback();
    };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        _ => {
            section.problem(
                "baseUrl",
                format!("“{text}” is no web address. Write it as https://portal.example.com."),
            );
            fallback()
        }
    }
}

fn number(section: Section<'_>, key: &str, default: usize) -> usize {
    section.whole(key).map_or(default, |found| {
        usize::try_from(found).unwrap_or(usize::MAX)
    })
}

pub(super) fn allowed_host(entry: Section<'_>) -> Option<AllowedHost> {
    let host = entry.required_text("host")?;
    if host.contains('/') {
        entry.problem("host", format!("“{host}” is no host. Write `example.com`, `example.com:8443` or `*.example.com`, and paths under `paths`."));
        return None;
    }
    Some(AllowedHost {
        host: host.to_owned(),
        paths: entry.texts("paths"),
    })
}

fn read_cors(backend: Section<'_>) -> Option<Cors> {
    if backend
        .get("cors")
        .is_none_or(|cors| *cors == Value::Bool(false))
    {
        return None;
    }
    backend.section("cors", |cors| {
        if cors.get("origin") == Some(&Value::Bool(false)) {
            return None;
        }
        let origins = cors.texts("origin").unwrap_or_else(|| vec!["*".to_owned()]);
        for origin in &origins {
            if Glob::new(origin).is_err() {
                cors.problem("origin", format!("“{origin}” is no pattern."));
            }
        }
        let methods = cors.texts("methods").unwrap_or_else(|| {
            ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]
                .map(str::to_owned)
                .to_vec()
        });
        Some(Cors {
            origins,
            methods,
            allowed_headers: cors.texts("allowedHeaders").unwrap_or_default(),
            exposed_headers: cors.texts("exposedHeaders").unwrap_or_default(),
            credentials: cors.bool("credentials").unwrap_or(false),
            max_age: cors.whole("maxAge"),
        })
    })
}

/// What pages may load. No inline script or style, and nothing from elsewhere but pictures of people.
const DIRECTIVES: [(&str, &str); 9] = [
    ("default-src", "'self'"),
    ("base-uri", "'none'"),
    ("connect-src", "'self'"),
    ("form-action", "'self'"),
    ("frame-ancestors", "'self'"),
    ("img-src", "'self' data: https:"),
    ("object-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
];

fn content_security_policy(backend: Section<'_>) -> String {
    let mut directives: Vec<(String, String)> = DIRECTIVES
        .iter()
        .map(|(name, sources)| ((*name).to_owned(), (*sources).to_owned()))
        .collect();
    backend.section("csp", |csp| {
        let configured = if csp.is_absent() {
            None
        } else {
            backend.map("csp")
        };
        for (written, _) in configured.into_iter().flatten() {
            let name = kebab_case(written);
            directives.retain(|(known, _)| *known != name);
            if csp.get(written) != Some(&Value::Bool(false))
                && let Some(sources) = csp.texts(written)
            {
                directives.push((name, sources.join(" ")));
            }
        }
    });
    let told: Vec<String> = directives
        .iter()
        .map(|(name, sources)| format!("{name} {sources}"))
        .collect();
    let told = told.join("; ");
    if told.bytes().any(|byte| !(32..=126).contains(&byte)) {
        backend.problem("csp", "has a letter that no header can carry.");
    }
    told
}

fn kebab_case(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

fn read_catalog(catalog: Section<'_>, found: Locations) -> CatalogConfig {
    let mut rules = rules::read(catalog);
    rules.extend(found.rules);
    let is_never = catalog.get("processingInterval") == Some(&Value::Bool(false));
    let interval = if is_never {
        None
    } else {
        catalog
            .duration("processingInterval")
            .or(Some(PROCESSING_INTERVAL))
    };
    CatalogConfig {
        rules,
        locations: found.locations,
        readonly: catalog.bool("readonly").unwrap_or(false),
        processing_interval: interval,
        orphan_strategy: catalog
            .choice(
                "orphanStrategy",
                &[
                    ("delete", OrphanStrategy::Delete),
                    ("keep", OrphanStrategy::Keep),
                ],
            )
            .unwrap_or(OrphanStrategy::Delete),
        conflict_refreshes: catalog
            .choice(
                "defaultLocationConflictStrategy",
                &[("reject", false), ("refresh", true)],
            )
            .unwrap_or(false),
    }
}

fn read_callboard(callboard: Section<'_>, database: &Database, merged: &Merged) -> CallboardConfig {
    let beside_database = match database {
        Database::Sqlite { file } => file
            .parent()
            .map(Path::to_path_buf)
            .filter(|folder| !folder.as_os_str().is_empty()),
        _ => None,
    };
    let data_dir = callboard
        .text("dataDir")
        .map(PathBuf::from)
        .or(beside_database);
    let (removal_share, removal_minimum) = callboard.section("removals", |removals| {
        let share = removals.float("share").unwrap_or(0.5);
        if !(0.0..=1.0).contains(&share) {
            removals.problem("share", format!("is {share}; it must be between 0 and 1."));
        }
        (share, removals.whole("minimum").unwrap_or(20))
    });
    let roots = callboard.texts("fileRoots").unwrap_or_default();
    CallboardConfig {
        data_dir: data_dir.unwrap_or_else(|| PathBuf::from(DATA_DIR)),
        encryption_key: encryption_key(callboard),
        fault_isolation: callboard
            .choice(
                "faultIsolation",
                &[
                    ("document", FaultIsolation::Document),
                    ("location", FaultIsolation::Location),
                ],
            )
            .unwrap_or(FaultIsolation::Document),
        kinds: kind_files(callboard, merged),
        removal_share,
        removal_minimum,
        merge_keys: callboard.bool("yamlMergeKeys").unwrap_or(false),
        local_git: local_git(callboard, database),
        file_roots: roots.into_iter().map(PathBuf::from).collect(),
    }
}

/// Repositories are files of one machine: nodes that share a PostgreSQL do not share them.
fn local_git(callboard: Section<'_>, database: &Database) -> bool {
    let is_on = callboard.bool("localGit").unwrap_or(false);
    if is_on && matches!(database, Database::Postgres { .. }) {
        callboard.problem("localGit", "needs SQLite: its repositories are files of one machine, and nodes that share a PostgreSQL do not have them. Remove it and use a Git host of your own, such as Gitea, under `integrations`; or set `backend.database.client: better-sqlite3`.");
    }
    is_on
}

fn encryption_key(callboard: Section<'_>) -> Option<Secret> {
    let text = callboard.text("encryptionKey")?;
    if text.len() < MIN_ENCRYPTION_KEY {
        callboard.problem(
            "encryptionKey",
            format!("is shorter than {MIN_ENCRYPTION_KEY} characters. Make one with: openssl rand -base64 32"),
        );
        return None;
    }
    Some(Secret::new(text))
}

/// The schemas of declared kinds; relative paths count from the folder of the last configuration file.
fn kind_files(callboard: Section<'_>, merged: &Merged) -> Vec<KindDefinition> {
    let folder = merged
        .folders
        .last()
        .cloned()
        .unwrap_or_else(|| PathBuf::from("."));
    let mut kinds = Vec::new();
    for file in callboard.texts("kinds").unwrap_or_default() {
        let path = folder.join(&file);
        let read = std::fs::read_to_string(&path).map_err(|fault| fault.to_string());
        match read.and_then(|text| {
            serde_json::from_str(&text).map_err(|fault| format!("it is no JSON: {fault}"))
        }) {
            Ok(schema) => kinds.push(KindDefinition { file, schema }),
            Err(fault) => callboard.problem(
                "kinds",
                format!("{} cannot be read: {fault}.", path.display()),
            ),
        }
    }
    kinds
}
