//! Backstage's own filters: repository URLs, entity refs, paths into values.
//!
//! Backstage: scaffolder-node, `scm/util.ts`, and scaffolder-backend, `lib/templating/filters`.

use std::{iter, rc::Rc};

use url::form_urlencoded;

use super::{
    HostKind, RepoHosts,
    arguments::Values,
    error::{Fault, Result},
    evaluate::Tools,
    lookup::member,
    value::{Map, Value},
};

/// What a repository URL may say, in the order of the answer.
const PARTS: [&str; 5] = ["owner", "repo", "organization", "workspace", "project"];

/// `github.com?owner=acme&repo=shop` → `{host, owner, repo}`
pub(super) fn parse_repo_url(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let url = text_of(value)?;
    let (host, parts) = parsed(&url, tools)?;
    let parts = parts
        .into_iter()
        .map(|(name, part)| (Rc::from(name), Value::text(part)));
    let all = iter::once((Rc::from("host"), Value::text(host))).chain(parts);
    Ok(Value::Map(all.collect::<Map>()))
}

/// `github.com?owner=acme&repo=shop` → `acme/shop`
pub(super) fn project_slug(value: &Value, _: &Values, tools: &Tools<'_>) -> Result<Value> {
    let url = text_of(value)?;
    let (_, parts) = parsed(&url, tools)?;
    let part = |wanted| {
        parts
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, part)| part.as_str())
    };
    let slug = format!(
        "{}/{}",
        part("owner").unwrap_or("undefined"),
        part("repo").unwrap_or("undefined")
    );
    Ok(Value::text(slug))
}

fn text_of(value: &Value) -> Result<Rc<str>> {
    match value.as_text() {
        Some(text) => Ok(Rc::clone(text)),
        None => Err(Fault::new(format!(
            "a text such as github.com?owner=acme&repo=shop is needed, not {}",
            value.kind()
        ))),
    }
}

type Parts = Vec<(&'static str, String)>;

fn parsed(url: &str, tools: &Tools<'_>) -> Result<(String, Parts)> {
    tools.budget.make(url.len() * 2)?;
    let broken = || {
        Fault::new(format!(
            "`{url}` is no repository URL such as github.com?owner=acme&repo=shop"
        ))
    };
    let parsed = url::Url::parse(&format!("https://{url}")).map_err(|_| broken())?;
    let host = parsed.host_str().ok_or_else(broken)?;
    let host = match parsed.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let query = parsed.query().unwrap_or_default();
    let mut parts = Parts::new();
    for name in PARTS {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        parts.extend(
            found
                .filter(|(_, part)| !part.is_empty())
                .map(|(_, part)| (name, part.into_owned())),
        );
    }
    check_parts(url, &host, &parts, tools.setting.hosts)?;
    Ok((host, parts))
}

/// Checks that what the host needs is there.
fn check_parts(url: &str, host: &str, parts: &Parts, hosts: &RepoHosts) -> Result<()> {
    let RepoHosts::Configured(hosts) = hosts else {
        return Ok(());
    };
    let Some(kind) = hosts.get(host) else {
        return Err(Fault::new(format!(
            "no integration is configured for `{host}`; add one to the configuration"
        )));
    };
    let has = |wanted: &str| parts.iter().any(|(name, _)| *name == wanted);
    let needed: &[&str] = match kind {
        HostKind::BitbucketCloud => &["workspace", "project", "repo"],
        HostKind::BitbucketServer | HostKind::Azure => &["project", "repo"],
        HostKind::GitLab if has("project") => &[],
        HostKind::Gitea | HostKind::Gerrit => &["repo"],
        HostKind::GitLab | HostKind::Other => &["owner", "repo"],
    };
    match needed.iter().find(|name| !has(name)) {
        None => Ok(()),
        Some(missing) => Err(Fault::new(format!("`{url}` lacks `{missing}=…`"))),
    }
}

/// `parseEntityRef({defaultKind, defaultNamespace})`: `group:default/a` → `{kind, namespace, name}`
pub(super) fn parse_entity_ref(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let Some(text) = value.as_text() else {
        return Err(Fault::new(format!(
            "an entity ref is needed, not {}",
            value.kind()
        )));
    };
    let context = values.get(0);
    let default = |name: &str| {
        let found = member(&context, &Value::text(name), tools.dialect, &tools.budget)?;
        Ok(found.as_text().cloned())
    };
    let (kind, rest) = match text.split_once(':') {
        Some((kind, rest)) => (Some(Rc::from(kind)), rest),
        None => (default("defaultKind")?, &**text),
    };
    let (namespace, name) = match rest.split_once('/') {
        Some((namespace, name)) => (Some(Rc::from(namespace)), name),
        None => (default("defaultNamespace")?, rest),
    };
    let namespace = namespace.unwrap_or_else(|| "default".into());
    let is_whole = |part: &str| !part.is_empty() && !part.contains([':', '/']);
    let Some(kind) = kind.filter(|kind| is_whole(kind) && is_whole(&namespace) && is_whole(name))
    else {
        return Err(Fault::new(format!(
            "`{text}` is no entity ref such as group:default/team-a"
        )));
    };
    let parts = [
        ("kind", kind),
        ("namespace", namespace),
        ("name", name.into()),
    ];
    let parts = parts
        .into_iter()
        .map(|(name, part)| (Rc::from(name), Value::Text(part)));
    Ok(Value::Map(parts.collect::<Map>()))
}

/// `pick("a.b[0]")`: the value at a path, as lodash's `get` finds it.
pub(super) fn pick(value: &Value, values: &Values, tools: &Tools<'_>) -> Result<Value> {
    let path = values.text(0, &tools.budget)?;
    let whole = member(
        value,
        &Value::Text(Rc::clone(&path)),
        tools.dialect,
        &tools.budget,
    )?;
    if !matches!(whole, Value::Undefined) {
        return Ok(whole);
    }
    let keys = path.split(['.', '[', ']']).filter(|key| !key.is_empty());
    let mut at = value.clone();
    for key in keys {
        tools.budget.work(1)?;
        let key = Value::text(key.trim_matches(['"', '\'']));
        at = member(&at, &key, tools.dialect, &tools.budget)?;
    }
    Ok(at)
}
