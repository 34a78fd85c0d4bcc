//! Whole configurations: Backstage's own, and a bad one.

use std::{path::Path, time::Duration};

use super::*;

/// As Backstage's `create-app` writes it, shortened.
const CREATE_APP: &str = r#"
app:
  title: Scaffolded Backstage App
  baseUrl: http://localhost:3000
organization:
  name: My Company
backend:
  baseUrl: http://localhost:7007
  listen:
    port: 7007
  csp:
    connect-src: ["'self'", 'http:', 'https:']
  cors:
    origin: http://localhost:3000
    methods: [GET, HEAD, PATCH, POST, PUT, DELETE]
    credentials: true
  database:
    client: better-sqlite3
    connection: ':memory:'
integrations:
  github:
    - host: github.com
      token: ${GITHUB_TOKEN}
proxy:
techdocs:
  builder: 'local'
auth:
  providers:
    guest: {}
scaffolder:
catalog:
  import:
    entityFilename: catalog-info.yaml
  rules:
    - allow: [Component, System, API, Resource, Location]
  locations:
    - type: file
      target: ../../examples/entities.yaml
    - type: file
      target: ../../examples/org.yaml
      rules:
        - allow: [User, Group]
kubernetes:
permission:
  enabled: true
"#;

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

fn load(texts: &[&str], environment: &[(&str, &str)]) -> Result<Config, Vec<ConfigProblem>> {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<PathBuf> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| write(folder.path(), &format!("{index}.yaml"), text))
        .collect();
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let clean = |mut problem: ConfigProblem| {
        let folder = format!("{}/", folder.path().display());
        problem.place = problem.place.replace(&folder, "");
        problem.message = problem.message.replace(&folder, "");
        problem
    };
    Config::load(&files, &environment).map_err(|problems| problems.into_iter().map(clean).collect())
}

#[test]
fn the_configuration_of_a_new_backstage_app_is_taken() {
    let config = load(&[CREATE_APP], &[]).expect("no problem");
    assert_eq!(config.backend.listen.to_string(), "0.0.0.0:7007");
    assert!(matches!(config.backend.database, Database::Temporary));
    assert_eq!(config.catalog.locations.len(), 2);
    assert_eq!(
        config.catalog.rules.len(),
        2,
        "the rule of the second location comes behind"
    );
    assert!(
        config
            .backend
            .content_security_policy
            .contains("connect-src 'self' http: https:")
    );
    let guest = config.auth.guest.as_ref().expect("guests are let in");
    assert_eq!(guest.user.as_str(), "user:development/guest");
    assert_eq!(guest.ownership_refs, ["user:development/guest"]);
    assert!(!guest.is_for_everyone && !config.backend.auth.is_policy_disabled);
    assert!(config.permission_enabled);
    let account = &config.account;
    for key in ["techdocs", "catalog.import"] {
        assert!(
            account.elsewhere.contains(&key.to_owned()),
            "{key}: {account}"
        );
    }
    assert!(
        !account.elsewhere.contains(&"proxy".to_owned()),
        "an empty section is no section: {account}"
    );
    assert!(
        account
            .missing
            .iter()
            .any(|line| line.contains("GITHUB_TOKEN")),
        "{account}"
    );
}

#[test]
fn later_files_and_the_environment_win() {
    let production = "
app: {baseUrl: https://portal.example.com}
backend:
  baseUrl: https://portal.example.com
  listen: ':8080'
  database:
    client: pg
    connection: {host: '${POSTGRES_HOST}', port: '${POSTGRES_PORT}', user: a, password: b}
";
    let environment = [
        ("POSTGRES_HOST", "db.example.com"),
        ("POSTGRES_PORT", "5433"),
        ("APP_CONFIG_backend_listen", "9000"),
    ];
    let config = load(&[CREATE_APP, production], &environment).expect("no problem");
    assert_eq!(config.app.base_url.as_str(), "https://portal.example.com/");
    assert_eq!(config.backend.listen.port(), 9000);
    let Database::Postgres {
        options,
        create,
        schema,
    } = &config.backend.database
    else {
        panic!("{:?}", config.backend.database)
    };
    assert_eq!(
        (
            options.get_host(),
            options.get_port(),
            options.get_database()
        ),
        ("db.example.com", 5433, Some("backstage_plugin_callboard"))
    );
    assert_eq!((*create, schema.as_deref()), (true, None));
}

#[test]
fn all_problems_are_told_at_once_with_their_lines() {
    let bad = "app:\n  baseUrl: portal\nbackend:\n  baseUrl: http://localhost:7007\n  listen:\n    port: 99999\n  database:\n    client: oracle\n  reading:\n    allow:\n      - host: https://example.com/x\ncatalog:\n  orphanStrategy: forget\n  processingInterval: soon\n  readonly: maybe\ncallboard:\n  removals:\n    share: 2\n";
    let problems = load(&[bad], &[("APP_CONFIG_a__b", "1")]).expect_err("problems");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = [
        "APP_CONFIG_a__b: “” in its name is no key. Write APP_CONFIG_ and the keys with one _ between them.",
        "0.yaml:5: backend.listen: 99999 is no port: ports end at 65535.",
        "0.yaml:8: backend.database.client: is “oracle”. Callboard runs on `better-sqlite3` (embedded SQLite) and `pg` (PostgreSQL).",
        "0.yaml:11: backend.reading.allow[0].host: “https://example.com/x” is no host. Write `example.com`, `example.com:8443` or `*.example.com`, and paths under `paths`.",
        "0.yaml:18: callboard.removals.share: is 2; it must be between 0 and 1.",
        "0.yaml:2: app.baseUrl: “portal” is no web address. Write it as https://portal.example.com.",
        "0.yaml:14: catalog.processingInterval: is no duration. Write `{minutes: 5}`, `5m` or `PT5M`.",
        "0.yaml:15: catalog.readonly: must be true or false.",
        "0.yaml:13: catalog.orphanStrategy: is “forget”; it must be one of: delete, keep.",
    ];
    assert_eq!(told, expected);
}

#[test]
fn files_are_included_and_kinds_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "secret.txt", "hidden\n");
    write(
        folder.path(),
        "more.yaml",
        "deep:\n  database:\n    client: pg\n    connection: {host: h, password: {$file: secret.txt}}\n",
    );
    write(folder.path(), "kind.json", r#"{"title": "K"}"#);
    let main = "app: {baseUrl: http://a}\nbackend:\n  baseUrl: http://a\n  database: {$include: more.yaml#deep.database}\ncallboard: {kinds: [kind.json]}\n";
    let path = write(folder.path(), "app-config.yaml", main);
    let config = Config::load(&[path], &Environment::new()).expect("no problem");
    assert!(matches!(config.backend.database, Database::Postgres { .. }));
    assert_eq!(config.callboard.kinds[0].schema["title"], "K");
}

#[test]
fn what_cannot_be_read_is_a_problem() {
    for (text, expected) in [
        ("a: [", "1.yaml"),
        ("- a", "no mapping"),
        ("a: {$file: nowhere.txt}", "nowhere.txt"),
        ("a: {$file: x, b: 1}", "only one"),
        ("a: {$include: 0.yaml}", "included in itself"),
        ("a: 1\n---\nb: 2\n", "second document"),
    ] {
        let problems = load(&[text], &[]).expect_err(text);
        let told = problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n");
        assert!(
            told.contains(expected) || told.contains("0.yaml:"),
            "{text}: {told}"
        );
    }
    assert!(Config::load(&["nowhere.yaml".into()], &Environment::new()).is_err());
}

#[test]
fn the_embedded_configuration_is_sound_and_listens_to_the_environment() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog-examples");
    let environment = Environment::from([(
        "APP_CONFIG_backend_listen_port".to_owned(),
        "7008".to_owned(),
    )]);
    let config =
        Config::load_embedded(Path::new("/data"), &examples, &environment).expect("no problem");
    assert_eq!(config.backend.listen.to_string(), "127.0.0.1:7008");
    assert_eq!(config.callboard.kinds.len(), 1);
    assert_eq!(
        config.catalog.processing_interval,
        Some(Duration::from_mins(2))
    );
}

#[test]
fn the_local_git_host_is_a_gitea_where_it_is_asked_for_and_possible() {
    let with = |database: &str, more: &str| {
        let text = format!(
            "app: {baseurl}\nbackend:\n  baseUrl: https://portal.example.com:8443/base/\n  database:\n{database}\n{more}",
            baseurl = "{baseUrl: 'https://portal.example.com:8443'}"
        );
        load(&[&text], &[])
    };
    let sqlite = "    client: better-sqlite3\n    connection: {directory: ./data}";
    let off = with(sqlite, "").unwrap();
    assert!(off.local_git().is_none(), "nobody asked for it");
    let on = with(sqlite, "callboard: {localGit: true}").unwrap();
    let first = &on.integrations[0];
    assert_eq!(first.host, "portal.example.com:8443");
    assert_eq!(first.product, crate::entity::ScmHost::Gitea);
    assert_eq!(
        first.base_url.as_str(),
        "https://portal.example.com:8443/base/git"
    );
    let postgres = "    client: pg\n    connection: postgres://a@localhost/b";
    let problems = with(postgres, "callboard: {localGit: true}").unwrap_err();
    assert_eq!(problems[0].key, "callboard.localGit");
    assert!(
        problems[0].message.contains("needs SQLite"),
        "{}",
        problems[0]
    );
}

#[test]
fn every_key_that_is_read_is_in_the_document() {
    let document =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CONFIG.md"))
            .expect("the document");
    for key in keys::READ {
        assert!(
            document.contains(&format!("`{key}`")),
            "{key} is not in docs/CONFIG.md"
        );
    }
}

const MINIMAL: &str = "app: {baseUrl: http://a}\nbackend:\n  baseUrl: http://a\n";

#[test]
fn services_and_lifetimes_are_read() {
    let text = format!(
        "{MINIMAL}  auth:\n    keys: [{{secret: c2VjcmV0}}]\n    externalAccess:\n      - type: static\n        options: {{token: abcdefgh, subject: ci}}\n        accessRestrictions:\n          - plugin: catalog\n            permission: catalog.entity.read, catalog.location.read\n            permissionAttribute: {{action: [read]}}\n      - type: jwks\n        options: {{url: https://id.example.com}}\nauth:\n  backstageTokenExpiration: {{minutes: 1}}\n  omitIdentityTokenOwnershipClaim: false\n"
    );
    let config = load(&[&text], &[]).expect("no problem");
    assert_eq!(config.auth.token_lifetime, Duration::from_mins(10));
    assert!(!config.auth.omits_ownership_claim && config.auth.guest.is_none());
    let services = &config.backend.auth.external_access;
    let subjects: Vec<&str> = services.iter().map(|service| &*service.subject).collect();
    assert_eq!(subjects, ["external:ci", "external:backstage-plugin"]);
    let restrictions = services[0].restrictions.as_ref().expect("restrictions");
    assert_eq!(
        restrictions[0].permissions,
        ["catalog.entity.read", "catalog.location.read"]
    );
    assert_eq!(restrictions[0].actions, ["read"]);
    let unread = "backend.auth.externalAccess[1] (type jwks)".to_owned();
    assert!(
        config.account.elsewhere.contains(&unread),
        "{}",
        config.account
    );
    let long = format!("{MINIMAL}auth: {{backstageTokenExpiration: 3d}}\n");
    let config = load(&[&long], &[]).expect("no problem");
    assert_eq!(config.auth.token_lifetime, Duration::from_hours(24));
}

#[test]
fn problems_of_secrets_do_not_repeat_them() {
    let text = format!(
        "{MINIMAL}  auth:\n    keys: [{{secret: '*hidden*'}}]\n    externalAccess:\n      - {{type: static, options: {{token: hidden, subject: ci}}}}\n      - {{type: static, options: {{token: hidden hidden, subject: ci}}}}\n      - {{type: magic}}\nauth: {{providers: {{guest: {{userEntityRef: guest}}}}}}\ncallboard: {{encryptionKey: hidden}}\n"
    );
    let problems = load(&[&text], &[]).expect_err("problems");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let keys = [
        "backend.auth.externalAccess[0].options.token: is shorter than 8 characters",
        "backend.auth.externalAccess[1].options.token: has white space in it",
        "backend.auth.externalAccess[2].type: is “magic”",
        "backend.auth.keys[0].secret: is no base64",
        "auth.providers.guest.userEntityRef: “guest” is no entity ref",
        "callboard.encryptionKey: is shorter than 32 characters",
    ];
    for key in keys {
        assert!(
            told.iter().any(|line| line.contains(key)),
            "{key}: {told:?}"
        );
    }
    assert_eq!(told.len(), keys.len(), "{told:?}");
    assert!(told.iter().all(|line| !line.contains("hidden")), "{told:?}");
}

const HOSTS: &str = "
app: {baseUrl: http://a}
backend: {baseUrl: http://a}
integrations:
  github:
    - host: github.com
      token: gh-s3cret
      apps:
        - {appId: 17, clientId: c, clientSecret: app-s3cret, privateKey: key-s3cret, allowedInstallationOwners: [acme]}
    - host: ghe.example.com
  gitea:
    - {host: 'git.example.com:3000', baseUrl: 'http://git.example.com:3000/forge/', password: gt-s3cret}
    - {host: other.example.com, username: u, password: pw-s3cret, retry: {maxRetries: 5, retryStatusCodes: [500]}}
  azure:
    - host: dev.azure.com
      credentials: [{organizations: [a], personalAccessToken: az-s3cret}]
    - host: dev.azure.com
      credentials: [{organizations: [b], clientId: c, clientSecret: en-s3cret, tenantId: t}]
  bitbucketCloud: [{username: u, appPassword: bb-s3cret}]
  bitbucketServer: [{host: bb.example.com, token: bs-s3cret}]
";

#[test]
fn git_hosts_are_read_with_their_addresses() {
    let config = load(&[HOSTS], &[]).expect("no problem");
    let host = |name: &str| {
        let mut hosts = config.integrations.iter();
        hosts
            .find(|found| found.host == name)
            .unwrap_or_else(|| panic!("{name}"))
    };
    for (name, key, api) in [
        (
            "github.com",
            "integrations.github[0]",
            "https://api.github.com/",
        ),
        (
            "ghe.example.com",
            "integrations.github[1]",
            "https://ghe.example.com/api/v3",
        ),
        (
            "git.example.com:3000",
            "integrations.gitea[0]",
            "http://git.example.com:3000/forge/api/v1",
        ),
        (
            "bb.example.com",
            "integrations.bitbucketServer[0]",
            "https://bb.example.com/rest/api/1.0",
        ),
        (
            "bitbucket.org",
            "integrations.bitbucketCloud[0]",
            "https://api.bitbucket.org/2.0",
        ),
        (
            "gitlab.com",
            "integrations.gitlab",
            "https://gitlab.com/api/v4",
        ),
    ] {
        let found = host(name);
        assert_eq!(
            (found.key.as_str(), found.api_base_url.as_str()),
            (key, api)
        );
    }
}

#[test]
fn credentials_are_read_and_kept_secret() {
    let config = load(&[HOSTS], &[]).expect("no problem");
    let host = |name: &str| {
        let mut hosts = config.integrations.iter();
        let found = hosts.find(|found| found.host == name);
        found.unwrap_or_else(|| panic!("{name}"))
    };
    let github = &host("github.com").credentials;
    assert!(matches!(&github[0].kind, CredentialKind::GitHubApp(app) if app.app_id == "17"));
    assert_eq!(github[0].owners, ["acme"]);
    assert!(
        matches!(&github[1].kind, CredentialKind::Token(token) if token.expose() == "gh-s3cret")
    );
    let azure = &host("dev.azure.com").credentials;
    assert_eq!(
        azure
            .iter()
            .map(|one| one.owners[0].as_str())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    let other = host("other.example.com");
    assert!(
        matches!(&other.credentials[0].kind, CredentialKind::Basic { username, .. } if username == "u")
    );
    assert_eq!(
        (other.retry.max_retries, other.retry.status_codes.as_slice()),
        (5, &[500][..])
    );
    assert!(host("gitlab.com").credentials.is_empty());
    let told = format!("{config:?} {}", config.account);
    assert!(!told.contains("s3cret"), "{told}");
}

#[test]
fn what_is_wrong_with_git_hosts_is_told_at_once() {
    let bad = "app: {baseUrl: http://a}\nbackend: {baseUrl: http://a}\nintegrations:\n  gitea:\n    - host: https://git.example.com\n    - {host: g.example.com, username: u}\n    - {host: g.example.com, baseUrl: 'https://u:p@g.example.com'}\n  github:\n    - apps: [{appId: 1, clientId: c}]\n  azure:\n    - credentials: [{organizations: [a]}]\n  gerrit: [{host: r.example.com}]\n";
    let problems = load(&[bad], &[]).expect_err("problems");
    let told: Vec<&str> = problems
        .iter()
        .map(|problem| problem.key.as_str())
        .collect();
    let expected = [
        "integrations.azure[0].credentials[0].personalAccessToken",
        "integrations.gerrit[0].gitilesBaseUrl",
        "integrations.github[0].apps[0].clientSecret",
        "integrations.github[0].apps[0].privateKey",
        "integrations.gitea[0].host",
        "integrations.gitea[1].password",
        "integrations.gitea[2].baseUrl",
    ];
    assert_eq!(told, expected);
}
