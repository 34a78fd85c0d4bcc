//! How the Git hosts write URLs: relative targets, and where a file is seen and edited (`catalog-model.md` §14.1).

use url::Url;

/// Which product a Git host runs.
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
    /// Gerrit.
    Gerrit,
}

/// Where a file can be seen and edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLinks {
    /// The file (`backstage.io/view-url`).
    pub view: String,
    /// The host's page to edit it (`backstage.io/edit-url`); hosts without an integration have none.
    pub edit: Option<String>,
    /// Its folder, with a slash at the end (`backstage.io/source-location`, without `url:`).
    pub source: Option<String>,
}

/// Where a file of a Git host can be seen and edited. `None` if `target` is no URL.
#[must_use]
pub fn source_links(target: &str, host: Option<ScmHost>) -> Option<SourceLinks> {
    let url = Url::parse(target).ok()?;
    let Some(host) = host else {
        return Some(SourceLinks {
            view: target.to_owned(),
            edit: None,
            source: None,
        });
    };
    Some(SourceLinks {
        view: target.to_owned(),
        edit: (!names_commit(target)).then(|| edit_url(&url, host)),
        source: resolve_url("./", target, Some(host)).ok(),
    })
}

/// A URL or path as written in the file at `base`, made absolute as the host's product does.
/// A leading `/` means the root of the repository. The error says what is no URL.
pub fn resolve_url(written: &str, base: &str, host: Option<ScmHost>) -> Result<String, String> {
    if Url::parse(written).is_ok() {
        return Ok(written.to_owned());
    }
    let base = Url::parse(base).map_err(|_| "TypeError: Invalid URL".to_owned())?;
    if host == Some(ScmHost::AzureRepos) {
        return resolve_azure(written, &base);
    }
    let mut resolved = if written.starts_with('/') {
        let root = host.map_or_else(
            || base.path().to_owned(),
            |host| repository_root(base.path(), host),
        );
        let mut resolved = base.clone();
        resolved.set_path(&format!("{}{written}", root.trim_end_matches('/')));
        resolved
    } else {
        base.join(written)
            .map_err(|_| "TypeError: Invalid URL".to_owned())?
    };
    resolved.set_query(base.query());
    if host == Some(ScmHost::GitHub) {
        replace_segment(&mut resolved, 3, &["blob", "edit", "raw"], "tree");
    }
    Ok(resolved.into())
}

/// Azure names the file in a parameter.
fn resolve_azure(written: &str, base: &Url) -> Result<String, String> {
    let path = base
        .query_pairs()
        .find(|(key, _)| key == "path")
        .map(|(_, path)| path.into_owned());
    // The parameter is a path; a stand-in host resolves it as one.
    let stand_in =
        Url::parse("https://host/").and_then(|root| root.join(path.as_deref().unwrap_or("/")));
    let joined = stand_in
        .and_then(|path| path.join(written))
        .map_err(|_| "TypeError: Invalid URL".to_owned())?;
    let decoded = percent_encoding::percent_decode_str(joined.path())
        .decode_utf8_lossy()
        .into_owned();
    let others: Vec<(String, String)> = base
        .query_pairs()
        .filter(|(key, _)| key != "path")
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    let mut resolved = base.clone();
    resolved
        .query_pairs_mut()
        .clear()
        .append_pair("path", &decoded)
        .extend_pairs(others);
    Ok(resolved.into())
}

/// The part of a path up to the root of the repository's files.
fn repository_root(path: &str, host: ScmHost) -> String {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let behind = |names: &[&str], more: usize| {
        let found = segments.iter().position(|segment| names.contains(segment));
        found.map_or(segments.len(), |index| index + 1 + more)
    };
    let length = match host {
        // owner, repository, blob, branch
        ScmHost::GitHub | ScmHost::BitbucketCloud => 4,
        // owner, repository, src, branch, name of the branch
        ScmHost::Gitea => 5,
        ScmHost::GitLab => behind(&["blob", "tree", "raw", "edit"], 1),
        ScmHost::BitbucketServer => behind(&["browse", "raw"], 0),
        // …/+/refs/heads/branch
        ScmHost::Gerrit => behind(&["+"], 3),
        ScmHost::AzureRepos => segments.len(),
    };
    format!("/{}", segments[..length.min(segments.len())].join("/"))
}

fn edit_url(url: &Url, host: ScmHost) -> String {
    let mut edited = url.clone();
    match host {
        ScmHost::GitHub => replace_segment(&mut edited, 2, &["blob", "tree", "raw"], "edit"),
        ScmHost::GitLab => {
            let path = edited.path().to_owned();
            let edit = ["/-/blob/", "/-/tree/", "/-/raw/", "/blob/", "/tree/"]
                .iter()
                .find(|part| path.contains(**part));
            if let Some(part) = edit {
                edited.set_path(&path.replacen(part, "/-/edit/", 1));
            }
        }
        ScmHost::Gitea => {
            let path = edited.path().replacen("/src/branch/", "/_edit/", 1);
            edited.set_path(&path);
        }
        ScmHost::BitbucketCloud => {
            let branch = edited
                .path_segments()
                .and_then(|mut segments| segments.nth(3))
                .unwrap_or_default()
                .to_owned();
            edited
                .query_pairs_mut()
                .append_pair("mode", "edit")
                .append_pair("at", &branch);
        }
        ScmHost::BitbucketServer => edited.set_query(None),
        ScmHost::AzureRepos => {}
        ScmHost::Gerrit => return gerrit_edit_url(url),
    }
    edited.into()
}

/// `…/<project>/+/refs/heads/<branch>/<path>`, the project behind the folder Gitiles is served from.
fn gerrit_edit_url(url: &Url) -> String {
    let path = url.path().trim_start_matches('/');
    let Some((project, rest)) = path.split_once("/+/") else {
        return url.to_string();
    };
    let project = ["a/plugins/gitiles/", "plugins/gitiles/", "gitiles/"]
        .iter()
        .find_map(|base| project.strip_prefix(base))
        .unwrap_or(project);
    let mut parts = rest.splitn(4, '/');
    let branch: Vec<&str> = parts.by_ref().take(3).collect();
    let file = parts.next().unwrap_or_default();
    let mut edited = url.clone();
    edited.set_path(&format!(
        "/admin/repos/edit/repo/{project}/branch/{}/file/{file}",
        branch.join("/")
    ));
    edited.into()
}

/// Replaces the path segment at `index`, or the one before it, if it is one of `names`.
fn replace_segment(url: &mut Url, index: usize, names: &[&str], with: &str) {
    let mut segments: Vec<&str> = url.path().split('/').collect();
    let Some(segment) = segments
        .iter_mut()
        .skip(index)
        .take(2)
        .find(|segment| names.contains(*segment))
    else {
        return;
    };
    *segment = with;
    let path = segments.join("/");
    url.set_path(&path);
}

/// A URL with a commit in it shows what was, and cannot be edited.
fn names_commit(url: &str) -> bool {
    let mut run = 0;
    url.bytes().any(|byte| {
        run = if byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) {
            run + 1
        } else {
            0
        };
        run >= 40
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// catalog-model.md §14.1: base, `./`, `../a.yaml`, `/root.yaml`, edit URL.
    #[test]
    fn urls_are_resolved_as_the_products_do() {
        let cases: [(Option<ScmHost>, [&str; 5]); 8] = [
            (
                Some(ScmHost::GitHub),
                [
                    "https://github.com/o/r/blob/main/dir/catalog-info.yaml",
                    "https://github.com/o/r/tree/main/dir/",
                    "https://github.com/o/r/tree/main/a.yaml",
                    "https://github.com/o/r/tree/main/root.yaml",
                    "https://github.com/o/r/edit/main/dir/catalog-info.yaml",
                ],
            ),
            (
                Some(ScmHost::GitLab),
                [
                    "https://gitlab.com/g/s/p/-/blob/main/dir/catalog-info.yaml",
                    "https://gitlab.com/g/s/p/-/blob/main/dir/",
                    "https://gitlab.com/g/s/p/-/blob/main/a.yaml",
                    "https://gitlab.com/g/s/p/-/blob/main/root.yaml",
                    "https://gitlab.com/g/s/p/-/edit/main/dir/catalog-info.yaml",
                ],
            ),
            (
                Some(ScmHost::Gitea),
                [
                    "https://gitea.acme.io/o/r/src/branch/main/dir/catalog-info.yaml",
                    "https://gitea.acme.io/o/r/src/branch/main/dir/",
                    "https://gitea.acme.io/o/r/src/branch/main/a.yaml",
                    "https://gitea.acme.io/o/r/src/branch/main/root.yaml",
                    "https://gitea.acme.io/o/r/_edit/main/dir/catalog-info.yaml",
                ],
            ),
            (
                Some(ScmHost::BitbucketCloud),
                [
                    "https://bitbucket.org/ws/r/src/main/dir/catalog-info.yaml",
                    "https://bitbucket.org/ws/r/src/main/dir/",
                    "https://bitbucket.org/ws/r/src/main/a.yaml",
                    "https://bitbucket.org/ws/r/src/main/root.yaml",
                    "https://bitbucket.org/ws/r/src/main/dir/catalog-info.yaml?mode=edit&at=main",
                ],
            ),
            (
                Some(ScmHost::BitbucketServer),
                [
                    "https://bb.acme.io/projects/P/repos/r/browse/dir/catalog-info.yaml?at=main",
                    "https://bb.acme.io/projects/P/repos/r/browse/dir/?at=main",
                    "https://bb.acme.io/projects/P/repos/r/browse/a.yaml?at=main",
                    "https://bb.acme.io/projects/P/repos/r/browse/root.yaml?at=main",
                    "https://bb.acme.io/projects/P/repos/r/browse/dir/catalog-info.yaml",
                ],
            ),
            (
                Some(ScmHost::AzureRepos),
                [
                    "https://dev.azure.com/org/proj/_git/repo?path=%2Fdir%2Fcatalog-info.yaml&version=GBmain",
                    "https://dev.azure.com/org/proj/_git/repo?path=%2Fdir%2F&version=GBmain",
                    "https://dev.azure.com/org/proj/_git/repo?path=%2Fa.yaml&version=GBmain",
                    "https://dev.azure.com/org/proj/_git/repo?path=%2Froot.yaml&version=GBmain",
                    "https://dev.azure.com/org/proj/_git/repo?path=%2Fdir%2Fcatalog-info.yaml&version=GBmain",
                ],
            ),
            (
                Some(ScmHost::Gerrit),
                [
                    "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/dir/catalog-info.yaml",
                    "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/dir/",
                    "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/a.yaml",
                    "https://gerrit.acme.io/gitiles/repo/+/refs/heads/main/root.yaml",
                    "https://gerrit.acme.io/admin/repos/edit/repo/repo/branch/refs/heads/main/file/dir/catalog-info.yaml",
                ],
            ),
            (
                None,
                [
                    "https://example.com/x/dir/catalog-info.yaml?token=1",
                    "https://example.com/x/dir/?token=1",
                    "https://example.com/x/a.yaml?token=1",
                    "https://example.com/x/dir/catalog-info.yaml/root.yaml?token=1",
                    "",
                ],
            ),
        ];
        for (host, [base, folder, sibling, root, edit]) in cases {
            for (written, expected) in
                [("./", folder), ("../a.yaml", sibling), ("/root.yaml", root)]
            {
                assert_eq!(
                    resolve_url(written, base, host).as_deref(),
                    Ok(expected),
                    "{host:?} {written}"
                );
            }
            assert_eq!(
                resolve_url("https://a.b/c", base, host).as_deref(),
                Ok("https://a.b/c")
            );
            let links = source_links(base, host).expect("links");
            assert_eq!(links.view, base);
            assert_eq!(
                links.edit.as_deref(),
                (!edit.is_empty()).then_some(edit),
                "{host:?}"
            );
            assert_eq!(links.source.as_deref(), host.map(|_| folder), "{host:?}");
        }
    }

    #[test]
    fn a_commit_cannot_be_edited() {
        let url = "https://github.com/o/r/blob/0123456789abcdef0123456789abcdef01234567/a.yaml";
        assert_eq!(
            source_links(url, Some(ScmHost::GitHub))
                .expect("links")
                .edit,
            None
        );
    }
}
