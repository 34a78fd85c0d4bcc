//! Lists that come in pages: followed to their end, within a bound.

use serde::{Deserialize, de::DeserializeOwned};
use tracing::warn;
use url::Url;

use super::{Result, answer::Answer, call::Call};
use crate::entity::ScmHost;

/// What GitHub and GitLab give on one page at most.
pub(super) const PAGE: usize = 100;
/// What Gitea does, unless its administrator lets it give less.
const GITEA_PAGE: usize = 50;
/// No list is read further.
pub(super) const MAX_PAGES: usize = 20;

/// The whole of a list whose pages are numbered (GitHub, GitLab, Gitea).
pub(super) async fn all<T: DeserializeOwned>(call: Call<'_>) -> Result<Vec<T>> {
    all_of(call, |page: Vec<T>| page).await
}

/// The same, of pages in which the list is a part.
pub(super) async fn all_of<P: DeserializeOwned, T>(
    call: Call<'_>,
    part: impl Fn(P) -> Vec<T>,
) -> Result<Vec<T>> {
    let (found, is_whole) = some_of(MAX_PAGES, &call, part).await?;
    if !is_whole {
        is_cut(call.host(), found.len());
    }
    Ok(found)
}

/// The first pages of such a list.
pub(super) async fn up_to<T: DeserializeOwned>(max_pages: usize, call: Call<'_>) -> Result<Vec<T>> {
    let (found, _) = some_of(max_pages, &call, |page: Vec<T>| page).await?;
    Ok(found)
}

/// So many pages at most; whether it is the whole.
async fn some_of<P: DeserializeOwned, T>(
    max_pages: usize,
    call: &Call<'_>,
    part: impl Fn(P) -> Vec<T>,
) -> Result<(Vec<T>, bool)> {
    let size = match call.product() {
        ScmHost::Gitea => GITEA_PAGE,
        _ => PAGE,
    };
    let call = page_of(call.clone(), size);
    let mut found = Vec::new();
    for page in 1..=max_pages {
        let one = call.clone().query("page", &page.to_string());
        let answer = one.send().await?;
        let listed = part(answer.json(call.host())?);
        let before = found.len();
        found.extend(listed);
        if !goes_on(&answer, before, found.len()) {
            return Ok((found, true));
        }
    }
    Ok((found, false))
}

/// Asks for so many on a page, in the product's word for it.
pub(super) fn page_of(call: Call<'_>, size: usize) -> Call<'_> {
    let name = match call.product() {
        ScmHost::Gitea => "limit",
        _ => "per_page",
    };
    call.query(name, &size.to_string())
}

/// Whether there is more of a list than was found. Gitea counts all of it (some that it then leaves out, so that a
/// page with nothing on it is past the end); GitHub and GitLab name the next page.
fn goes_on(answer: &Answer, before: usize, found: usize) -> bool {
    let total = answer.header("x-total-count");
    match total.and_then(|count| count.parse::<usize>().ok()) {
        Some(total) => before < found && found < total,
        None => names_next(answer),
    }
}

/// A list is longer than is read of it.
pub(super) fn is_cut(host: &str, count: usize) {
    warn!(
        host,
        count, "A list of {host} is longer than {count}: the rest is not read"
    );
}

/// A parameter of the next page's address, where that is how pages are told apart.
pub(super) fn next_parameter(answer: &Answer, name: &str) -> Option<String> {
    let links = answer.header("link")?;
    let next = links
        .split(',')
        .find(|link| link.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    let url = Url::parse(address).ok()?;
    let mut parameters = url.query_pairs();
    let (_, value) = parameters.find(|(key, _)| key == name)?;
    Some(value.into_owned())
}

/// `Link: <…>; rel="next"` (RFC 8288). The address in it is not followed: it may lead elsewhere.
fn names_next(answer: &Answer) -> bool {
    answer
        .header("link")
        .is_some_and(|links| links.contains("rel=\"next\""))
}

/// A page of Bitbucket Data Center.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartPage<T> {
    values: Vec<T>,
    #[serde(rename = "isLastPage", default)]
    is_last: bool,
    #[serde(default)]
    next_page_start: Option<u64>,
}

/// The whole of a list whose pages begin at a number (Bitbucket Data Center); whether it is the whole.
pub(super) async fn from_start<T: DeserializeOwned>(
    call: Call<'_>,
    limit: usize,
) -> Result<(Vec<T>, bool)> {
    let call = call.query("limit", &limit.to_string());
    let mut found = Vec::new();
    let mut start = 0;
    for _ in 0..MAX_PAGES {
        let one = call.clone().query("start", &start.to_string());
        let page: StartPage<T> = one.json().await?;
        found.extend(page.values);
        match page.next_page_start {
            Some(next) if !page.is_last => start = next,
            _ => return Ok((found, true)),
        }
    }
    is_cut(call.host(), found.len());
    Ok((found, false))
}

/// A page of Bitbucket Cloud.
#[derive(Deserialize)]
struct NextPage<T> {
    values: Vec<T>,
    #[serde(default)]
    next: Option<Url>,
}

/// The whole of a list whose pages name the address of the next (Bitbucket Cloud); whether it is the whole.
pub(super) async fn from_next<T: DeserializeOwned>(
    call: Call<'_>,
    length: usize,
    max_pages: usize,
) -> Result<(Vec<T>, bool)> {
    let mut found = Vec::new();
    let mut call = call.query("pagelen", &length.to_string());
    for _ in 0..max_pages {
        let page: NextPage<T> = call.clone().json().await?;
        found.extend(page.values);
        match page.next {
            Some(next) => call = call.moved_to(next)?,
            None => return Ok((found, true)),
        }
    }
    is_cut(call.host(), found.len());
    Ok((found, false))
}
