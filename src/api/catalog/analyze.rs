//! `POST /analyze-location` (§4.11): a first draft of an entity, from the address of a repository alone.

use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json as value};
use url::Url;

use crate::{
    api::contract::catalog::ANALYZE_LOCATION,
    entity::ScmHost,
    error::{Error, Result},
    http::{AppState, Call, json},
    input::{Outcome, Step, list_issues},
};

/// `POST /analyze-location`
pub(in crate::api) async fn analyze_location(state: AppState, call: Call) -> Result<Response> {
    let body = ANALYZE_LOCATION.read(&call)?.body;
    if let Some(name) = body.get("catalogFilename") {
        let path = [Step::Key("catalogFilename".to_owned())];
        let outcome = Outcome::of_type(Some(name), "string", &path);
        if !outcome.is_good() {
            let issues = list_issues(&outcome.issues);
            return Err(Error::Input(format!("Malformed request: {issues}")));
        }
    }
    let location = body.get("location");
    let target = location.and_then(|location| location["target"].as_str());
    let target = target.unwrap_or_default();
    let url = Url::parse(target)
        .map_err(|_| Error::Input("The given location.target is not a URL".to_owned()))?;
    let host = url.port().map_or_else(
        || url.host_str().unwrap_or_default().to_owned(),
        |port| format!("{}:{port}", url.host_str().unwrap_or_default()),
    );
    let integration = state
        .config
        .integrations
        .iter()
        .find(|integration| integration.host == host);
    let draft = match integration
        .and_then(|found| repository(&url, found.product).map(|slug| (found.product, slug)))
    {
        Some((product, (owner, name))) => {
            let mut metadata = value!({"name": name});
            if let Some(annotation) = slug_annotation(product) {
                metadata["annotations"] = value!({annotation: format!("{owner}/{name}")});
            }
            entity(&metadata)
        }
        None => {
            let last = url
                .path()
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            let name = percent_decode_str(last).decode_utf8_lossy();
            entity(&value!({ "name": name }))
        }
    };
    let body =
        value!({"existingEntityFiles": [], "generateEntities": [{"entity": draft, "fields": []}]});
    Ok(json(body.to_string().into(), &call.headers))
}

fn entity(metadata: &Value) -> Value {
    value!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": metadata,
        "spec": {"type": "other", "lifecycle": "unknown"},
    })
}

/// The annotation that names a repository of a host's product.
fn slug_annotation(product: ScmHost) -> Option<&'static str> {
    match product {
        ScmHost::GitHub => Some("github.com/project-slug"),
        ScmHost::GitLab => Some("gitlab.com/project-slug"),
        ScmHost::AzureRepos => Some("dev.azure.com/project-slug"),
        ScmHost::BitbucketCloud | ScmHost::BitbucketServer | ScmHost::Gitea | ScmHost::Gerrit => {
            None
        }
    }
}

/// Owner and name of the repository a URL leads into.
fn repository(url: &Url, product: ScmHost) -> Option<(String, String)> {
    let segments: Vec<&str> = url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let (owner, name) = match product {
        ScmHost::GitLab => {
            let end = segments
                .iter()
                .position(|segment| ["-", "blob", "tree", "raw"].contains(segment));
            let project = &segments[..end.unwrap_or(segments.len())];
            let (name, groups) = project.split_last()?;
            (groups.join("/"), (*name).to_owned())
        }
        ScmHost::BitbucketServer => match segments.as_slice() {
            ["projects", project, "repos", name, ..] => ((*project).to_owned(), (*name).to_owned()),
            _ => return None,
        },
        ScmHost::AzureRepos => match segments.as_slice() {
            [_, project, "_git", name, ..] | [project, "_git", name, ..] => {
                ((*project).to_owned(), (*name).to_owned())
            }
            _ => return None,
        },
        ScmHost::Gerrit => return None,
        ScmHost::GitHub | ScmHost::Gitea | ScmHost::BitbucketCloud => match segments.as_slice() {
            [owner, name, ..] => (
                (*owner).to_owned(),
                name.trim_end_matches(".git").to_owned(),
            ),
            _ => return None,
        },
    };
    (!owner.is_empty()).then_some((owner, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_found_in_the_urls_of_each_product() {
        for (url, product, expected) in [
            (
                "https://github.com/acme/none/blob/main/catalog-info.yaml",
                ScmHost::GitHub,
                Some(("acme", "none")),
            ),
            (
                "https://github.com/acme/none.git",
                ScmHost::GitHub,
                Some(("acme", "none")),
            ),
            (
                "https://gitlab.com/a/b/c/-/blob/main/x.yaml",
                ScmHost::GitLab,
                Some(("a/b", "c")),
            ),
            (
                "https://bb.acme.io/projects/P/repos/r/browse/x",
                ScmHost::BitbucketServer,
                Some(("P", "r")),
            ),
            (
                "https://dev.azure.com/org/proj/_git/repo?path=%2Fx",
                ScmHost::AzureRepos,
                Some(("proj", "repo")),
            ),
            ("https://github.com/acme", ScmHost::GitHub, None),
        ] {
            let found = repository(&Url::parse(url).expect("a URL"), product);
            let found = found
                .as_ref()
                .map(|(owner, name)| (owner.as_str(), name.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }
}
