//! URLs of files on Git hosts: what is relative to them, and where they can be seen and edited.
//!
//! Backstage: integration, `ScmIntegrations.resolveUrl` and `resolveEditUrl`. Nothing is read here.

use percent_encoding::percent_decode_str;
use url::Url;

/// Which Git host product a host runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScmHost {
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
    /// Bitbucket Cloud.
    BitbucketCloud,
    /// Bitbucket Server.
    BitbucketServer,
    /// Azure Repos.
    AzureRepos,
    /// Gerrit, browsed through Gitiles.
    Gerrit,
}

/// Where an entity can be seen and edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLinks {
    /// `backstage.io/view-url`
    pub view: String,
    /// `backstage.io/edit-url`; none for a file of a fixed commit, or of a host we know nothing of.
    pub edit: Option<String>,
    /// `backstage.io/source-location`, without the leading `url:`; none for a host we know nothing of.
    pub source: Option<String>,
}

/// A URL or path as written in a file at `base`, made absolute as that host's products do.
///
/// A whole URL stays as it is, a leading `/` means the root of the repository, the query of `base` is kept.
/// The error is Backstage's.
pub fn resolve_url(written: &str, base: &str, host: Option<ScmHost>) -> Result<String, String> {
    if Url::parse(written).is_ok() {
        return Ok(written.to_owned());
    }
    let base = Url::parse(base).map_err(|_| invalid_url())?;
    if host == Some(ScmHost::AzureRepos)
        && let Some(resolved) = resolve_in_path_parameter(written, &base)
    {
        return Ok(resolved);
    }
    let mut resolved = if written.starts_with('/') {
        let mut root = base.clone();
        let path = format!("{}{written}", root_path(&base, host));
        root.set_path(&path);
        root
    } else {
        base.join(written).map_err(|_| invalid_url())?
    };
    resolved.set_query(base.query().filter(|query| !query.is_empty()));
    if host == Some(ScmHost::GitHub) {
        // GitHub shows files at `blob` and folders at `tree`, and leads from `tree` to `blob` by itself.
        set_segment(&mut resolved, 2, &["blob"], "tree");
    }
    Ok(resolved.into())
}

/// Where a file of a Git host can be seen and edited. `None` if `target` is no URL.
#[must_use]
pub fn source_links(target: &str, host: Option<ScmHost>) -> Option<SourceLinks> {
    let url = Url::parse(target).ok()?;
    let edit = host
        .filter(|_| !names_commit(target))
        .and_then(|host| edit_url(target, url, host));
    let source = host.and_then(|_| resolve_url("./", target, host).ok());
    Some(SourceLinks {
        view: target.to_owned(),
        edit,
        source,
    })
}

fn invalid_url() -> String {
    "TypeError: Invalid URL".to_owned()
}

/// Whether a URL has 40 or more hexadecimal digits standing alone: nobody edits a commit.
fn names_commit(target: &str) -> bool {
    target
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .any(|word| {
            let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            word.len() >= 40 && word.bytes().all(is_hex)
        })
}

fn edit_url(target: &str, mut url: Url, host: ScmHost) -> Option<String> {
    match host {
        ScmHost::GitHub => {
            set_segment(&mut url, 2, &["blob", "tree"], "edit");
            Some(url.into())
        }
        ScmHost::GitLab => {
            if let Some(dash) = segments(&url).iter().position(|part| *part == "-") {
                set_segment(&mut url, dash + 1, &["blob", "tree"], "edit");
            }
            Some(url.into())
        }
        ScmHost::Gitea => gitea_edit_url(url),
        ScmHost::BitbucketCloud => {
            let branch = segments(&url)
                .get(3)
                .map_or_else(String::new, |branch| decoded(branch));
            url.query_pairs_mut()
                .append_pair("mode", "edit")
                .append_pair("at", &branch);
            Some(url.into())
        }
        ScmHost::BitbucketServer => {
            url.set_query(None);
            Some(url.into())
        }
        ScmHost::AzureRepos => Some(target.to_owned()),
        ScmHost::Gerrit => gerrit_edit_url(url),
    }
}

/// `/owner/repo/src/branch/main/path` becomes `/owner/repo/_edit/main/path`; Gitea may begin below a path of its own.
fn gitea_edit_url(mut url: Url) -> Option<String> {
    let parts = segments(&url);
    let is_view = |pair: &[&str]| matches!(pair, ["src", "branch" | "tag" | "commit"]);
    let src = parts.windows(2).skip(2).position(is_view)? + 2;
    let (repository, rest) = (&parts[..src], &parts[src + 2..]);
    let path = format!("/{}/_edit/{}", repository.join("/"), rest.join("/"));
    url.set_path(&path);
    Some(url.into())
}

/// The project, the branch and the path in an address of Gitiles, by the segments of it.
#[must_use]
pub fn gitiles_place<'a, 'p>(
    parts: &'p [&'a str],
) -> Option<(Vec<&'a str>, &'a str, &'p [&'a str])> {
    let plus = parts.iter().position(|part| *part == "+")?;
    let is_before = |part: &&str| matches!(*part, "gitiles" | "plugins" | "a");
    let project = parts[..plus].iter().copied().skip_while(is_before);
    match &parts[plus + 1..] {
        ["refs", "heads", branch, path @ ..] => Some((project.collect(), branch, path)),
        _ => None,
    }
}

/// Gitiles shows `/gitiles/repo/+/refs/heads/main/path`; Gerrit edits it elsewhere.
fn gerrit_edit_url(mut url: Url) -> Option<String> {
    let parts = segments(&url);
    let (project, branch, path) = gitiles_place(&parts)?;
    let path = format!(
        "/admin/repos/edit/repo/{}/branch/refs/heads/{branch}/file/{}",
        project.join("%2F"),
        path.join("/")
    );
    url.set_path(&path);
    url.set_query(None);
    Some(url.into())
}

fn segments(url: &Url) -> Vec<&str> {
    url.path().split('/').skip(1).collect()
}

/// Replaces a segment of the path if it is one of `from`.
fn set_segment(url: &mut Url, index: usize, from: &[&str], to: &str) {
    let mut parts = segments(url);
    if let Some(part) = parts.get_mut(index)
        && from.contains(part)
    {
        *part = to;
        let path = format!("/{}", parts.join("/"));
        url.set_path(&path);
    }
}

/// The path of the repository's root folder in `base`, without a slash at its end.
fn root_path(base: &Url, host: Option<ScmHost>) -> String {
    let parts = segments(base);
    let after = |names: &[&str], from: usize| {
        let found = parts
            .iter()
            .skip(from)
            .position(|part| names.contains(part));
        found.map(|at| at + from + 1)
    };
    let count = match host {
        Some(ScmHost::GitHub) => after(&["blob", "tree", "raw", "edit"], 2).map(|at| at + 1),
        Some(ScmHost::GitLab) => after(&["blob", "tree", "raw", "edit"], 2).map(|at| at + 1),
        Some(ScmHost::Gitea) => after(&["src"], 2).map(|at| at + 2),
        Some(ScmHost::BitbucketCloud) => after(&["src"], 2).map(|at| at + 1),
        Some(ScmHost::BitbucketServer) => after(&["browse", "raw"], 2),
        Some(ScmHost::Gerrit) => after(&["heads"], 2).map(|at| at + 1),
        Some(ScmHost::AzureRepos) | None => None,
    };
    // Backstage takes all of a path it does not know for the root.
    let count = count.unwrap_or(parts.len()).min(parts.len());
    let root = parts[..count].join("/");
    format!("/{root}").trim_end_matches('/').to_owned()
}

/// Azure keeps the path of the file in the parameter `path`. `None` if `base` is no repository of Azure.
fn resolve_in_path_parameter(written: &str, base: &Url) -> Option<String> {
    if !segments(base).contains(&"_git") {
        return None;
    }
    let path = base
        .query_pairs()
        .find(|(name, _)| name == "path")
        .map(|(_, path)| path.into_owned())
        .unwrap_or_default();
    // The rules of URLs do the work on a URL made up for it.
    let mut scratch = Url::parse("https://path.invalid").ok()?;
    scratch.set_path(&path);
    let moved = decoded(scratch.join(written).ok()?.path());
    let mut pairs: Vec<(String, String)> = base.query_pairs().into_owned().collect();
    match pairs.iter_mut().find(|(name, _)| name == "path") {
        Some((_, path)) => *path = moved,
        None => pairs.push(("path".to_owned(), moved)),
    }
    let mut resolved = base.clone();
    resolved.query_pairs_mut().clear().extend_pairs(pairs);
    Some(resolved.into())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Host, base, `./`, `../a.yaml`, `/root.yaml`, edit URL: `catalog-model.md` §14.1.
    type Vector = (
        Option<ScmHost>,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    );
    const VECTORS: [Vector; 8] = [
        (
            Some(ScmHost::GitHub),
            "https://github.com/o/r/blob/main/dir/catalog-info.yaml",
            "https://github.com/o/r/tree/main/dir/",
            "https://github.com/o/r/tree/main/a.yaml",
            "https://github.com/o/r/tree/main/root.yaml",
            "https://github.com/o/r/edit/main/dir/catalog-info.yaml",
        ),
        (
            Some(ScmHost::GitLab),
            "https://gitlab.com/g/s/p/-/blob/main/dir/catalog-info.yaml",
            "https://gitlab.com/g/s/p/-/blob/main/dir/",
            "https://gitlab.com/g/s/p/-/blob/main/a.yaml",
            "https://gitlab.com/g/s/p/-/blob/main/root.yaml",
            "https://gitlab.com/g/s/p/-/edit/main/dir/catalog-info.yaml",
        ),
        (
            Some(ScmHost::Gitea),
            "https://gitea.acme.io/o/r/src/branch/main/dir/catalog-info.yaml",
            "https://gitea.acme.io/o/r/src/branch/main/dir/",
            "https://gitea.acme.io/o/r/src/branch/main/a.yaml",
            "https://gitea.acme.io/o/r/src/branch/main/root.yaml",
            "https://gitea.acme.io/o/r/_edit/main/dir/catalog-info.yaml",
        ),
        (
            Some(ScmHost::BitbucketCloud),
            "https://bitbucket.org/ws/r/src/main/dir/catalog-info.yaml",
            "https://bitbucket.org/ws/r/src/main/dir/",
            "https://bitbucket.org/ws/r/src/main/a.yaml",
            "https://bitbucket.org/ws/r/src/main/root.yaml",
            "https://bitbucket.org/ws/r/src/main/dir/catalog-info.yaml?mode=edit&at=main",
        ),
        (
            Some(ScmHost::BitbucketServer),
            "https://bb.acme.io/projects/P/repos/r/browse/dir/catalog-info.yaml?at=main",
            "https://bb.acme.io/projects/P/repos/r/browse/dir/?at=main",
            "https://bb.acme.io/projects/P/repos/r/browse/a.yaml?at=main",
            "https://bb.acme.io/projects/P/repos/r/browse/root.yaml?at=main",
            "https://bb.acme.io/projects/P/repos/r/browse/dir/catalog-info.yaml",
        ),
        (
            Some(ScmHost::AzureRepos),
            "https://dev.azure.com/org/proj/_git/repo?path=%2Fdir%2Fcatalog-info.yaml&version=GBmain",
            "https://dev.azure.com/org/proj/_git/repo?path=%2Fdir%2F&version=GBmain",
            "https://dev.azure.com/org/proj/_git/repo?path=%2Fa.yaml&version=GBmain",
            "https://dev.azure.com/org/proj/_git/repo?path=%2Froot.yaml&version=GBmain",
            "https://dev.azure.com/org/proj/_git/repo?path=%2Fdir%2Fcatalog-info.yaml&version=GBmain",
        ),
        (
            Some(ScmHost::Gerrit),
            "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/dir/catalog-info.yaml",
            "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/dir/",
            "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/a.yaml",
            "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/root.yaml",
            "https://gerrit.acme.io/admin/repos/edit/repo/repo/branch/refs/heads/main/file/dir/catalog-info.yaml",
        ),
        (
            None,
            "https://example.com/x/dir/catalog-info.yaml?token=1",
            "https://example.com/x/dir/?token=1",
            "https://example.com/x/a.yaml?token=1",
            "https://example.com/x/dir/catalog-info.yaml/root.yaml?token=1",
            "",
        ),
    ];

    #[test]
    fn paths_are_resolved_as_each_product_writes_them() {
        for (host, base, here, above, root, _) in VECTORS {
            for (written, expected) in [
                ("./", here),
                ("../a.yaml", above),
                ("/root.yaml", root),
                ("https://other.example/x?y=1", "https://other.example/x?y=1"),
            ] {
                assert_eq!(
                    resolve_url(written, base, host).as_deref(),
                    Ok(expected),
                    "{base}"
                );
            }
        }
    }

    #[test]
    fn links_are_those_of_the_product() {
        for (host, base, here, _, _, edit) in VECTORS {
            let links = source_links(base, host).unwrap();
            assert_eq!(links.view, base);
            assert_eq!(links.edit.as_deref(), host.map(|_| edit), "{base}");
            assert_eq!(links.source.as_deref(), host.map(|_| here), "{base}");
        }
    }

    #[test]
    fn gitea_may_begin_below_a_path() {
        let base = "https://example.com/git/o/r/src/branch/main/a.yaml";
        let links = source_links(base, Some(ScmHost::Gitea)).unwrap();
        let edit = "https://example.com/git/o/r/_edit/main/a.yaml";
        assert_eq!(links.edit.as_deref(), Some(edit));
        let elsewhere = source_links("https://example.com/git/o/r/issues/1", Some(ScmHost::Gitea));
        assert_eq!(elsewhere.unwrap().edit, None);
    }

    #[test]
    fn a_file_of_a_commit_cannot_be_edited() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for (target, is_editable) in [
            (
                format!("https://github.com/o/r/blob/{commit}/a.yaml"),
                false,
            ),
            (
                format!("https://github.com/o/r/blob/x{commit}/a.yaml"),
                true,
            ),
            (
                format!("https://github.com/o/r/blob/{}/a.yaml", &commit[1..]),
                true,
            ),
        ] {
            let links = source_links(&target, Some(ScmHost::GitHub)).unwrap();
            assert_eq!(links.edit.is_some(), is_editable, "{target}");
        }
    }

    #[test]
    fn a_path_has_no_relative_urls() {
        let resolved = resolve_url("./a.yaml", "/catalog/all.yaml", None);
        assert_eq!(resolved, Err("TypeError: Invalid URL".to_owned()));
        assert_eq!(source_links("/catalog/all.yaml", None), None);
    }

    #[test]
    fn blanks_in_a_path_of_azure_are_written_once() {
        let base = "https://dev.azure.com/o/p/_git/r?path=%2Fmy+dir%2Fa.yaml";
        let resolved = resolve_url("./b%20c.yaml", base, Some(ScmHost::AzureRepos));
        assert_eq!(
            resolved.as_deref(),
            Ok("https://dev.azure.com/o/p/_git/r?path=%2Fmy+dir%2Fb+c.yaml")
        );
    }
}
