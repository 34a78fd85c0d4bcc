//! Every path of a page or endpoint, made from types: nobody writes an address by hand.
//!
//! Constants are the routes as axum knows them; functions make an address of a route, ready for a `href`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::entity::EntityRef;

/// The home page.
pub const HOME: &str = "/";
/// The list of the catalog; see [`with_query`] for its filters.
pub const CATALOG: &str = "/catalog";
/// The list as CSV, with the parameters of [`CATALOG`].
pub const CATALOG_CSV: &str = "/catalog.csv";
/// The list as JSON, with the parameters of [`CATALOG`].
pub const CATALOG_JSON: &str = "/catalog.json";
/// Route of an entity's page: [`entity`].
pub const ENTITY: &str = "/catalog/{namespace}/{kind}/{name}";
/// Route of an entity's relation graph: [`entity_graph`].
pub const ENTITY_GRAPH: &str = "/catalog/{namespace}/{kind}/{name}/graph";
/// Route of an entity's versions: [`entity_history`].
pub const ENTITY_HISTORY: &str = "/catalog/{namespace}/{kind}/{name}/history";
/// Route of one version and what it changed: [`entity_version`].
pub const ENTITY_VERSION: &str = "/catalog/{namespace}/{kind}/{name}/history/{version}";
/// Route (POST) that reads an entity's files again: [`entity_refresh`].
pub const ENTITY_REFRESH: &str = "/catalog/{namespace}/{kind}/{name}/refresh";
/// Route of the form that proposes a change of an entity's document, and (POST) its action: [`entity_propose`].
pub const ENTITY_PROPOSE: &str = "/catalog/{namespace}/{kind}/{name}/propose";
/// Route (POST) that deletes an entity: [`entity_delete`].
pub const ENTITY_DELETE: &str = "/catalog/{namespace}/{kind}/{name}/delete";
/// The search page; see [`search_for`].
pub const SEARCH: &str = "/search";
/// The first results as an HTML fragment, while somebody types.
pub const SEARCH_SUGGEST: &str = "/search/suggest";
/// All teams.
pub const TEAMS: &str = "/teams";
/// Route of a team's page: [`team`].
pub const TEAM: &str = "/teams/{namespace}/{name}";
/// Locations and their files.
pub const SOURCES: &str = "/sources";
/// What became of one file: [`source_file`].
pub const SOURCE_FILE: &str = "/sources/file";
/// The form that registers a location, and (POST) its action.
pub const SOURCE_REGISTER: &str = "/sources/register";
/// (POST) reads one file or location again.
pub const SOURCE_REFRESH: &str = "/sources/refresh";
/// (POST) removes a registered location.
pub const SOURCE_REMOVE: &str = "/sources/remove";
/// Removals that wait for somebody to agree; (POST) agrees.
pub const REMOVALS: &str = "/sources/removals";
/// Deleted entities; (POST) brings one back.
pub const DELETED: &str = "/sources/deleted";
/// Files that cannot be read or hold refused documents.
pub const BROKEN_FILES: &str = "/sources/files?state=broken";
/// Files with documents about entities that others describe.
pub const CONFLICTING_FILES: &str = "/sources/files?state=conflict";
/// The list of what no file lists any more.
pub const ORPHANS: &str = "/catalog?kind=all&orphans=only";
/// What can be made: the templates there are.
pub const CREATE: &str = "/create";
/// Route of the form of a template, and (POST) of its first answers: [`create`].
pub const TEMPLATE_FORM: &str = "/create/{namespace}/{name}";
/// Route (POST) that looks at answers without keeping them, for who fills in a form: [`template_look`].
pub const TEMPLATE_LOOK: &str = "/create/{namespace}/{name}/look";
/// Route of a page of a form that was begun, and (POST) of its answers: [`draft_page`], [`draft_review`].
pub const DRAFT_PAGE: &str = "/create/{namespace}/{name}/{draft}/{page}";
/// Where Backstage has the form of a template.
pub const BACKSTAGE_FORM: &str = "/create/templates/{namespace}/{name}";
/// Where Backstage has a run.
pub const BACKSTAGE_RUN: &str = "/create/tasks/{run}";
/// How to sign in.
pub const SIGN_IN: &str = "/sign-in";
/// The local Git host's repositories.
pub const REPOSITORIES: &str = "/git";
/// Route of a repository's page: [`repository`].
pub const REPOSITORY: &str = "/git/{owner}/{repo}";
/// Route of its folders and files: [`repository_source`]; `kind` is `branch`, `tag` or `commit`.
pub const REPOSITORY_SOURCE: &str = "/git/{owner}/{repo}/src/{kind}/{*place}";
/// Route of the commits of a branch: [`repository_commits`].
pub const REPOSITORY_COMMITS: &str = "/git/{owner}/{repo}/commits/{kind}/{*place}";
/// Route of one commit.
pub const REPOSITORY_COMMIT: &str = "/git/{owner}/{repo}/commit/{place}";
/// Route that `backstage.io/edit-url` names, as Gitea has it; it leads to the file: [`repository_source`].
pub const REPOSITORY_EDIT: &str = "/git/{owner}/{repo}/_edit/{*place}";
/// The runs of templates; see [`with_query`] for its filters.
pub const RUNS: &str = "/runs";
/// The list as CSV, with the parameters of [`RUNS`].
pub const RUNS_CSV: &str = "/runs.csv";
/// The list as JSON, with the parameters of [`RUNS`].
pub const RUNS_JSON: &str = "/runs.json";
/// Route of a run's page: [`run`].
pub const RUN: &str = "/runs/{id}";
/// Route of what happens in a run, as a stream of parts of its page: [`run_part`].
pub const RUN_LIVE: &str = "/runs/{id}/live";
/// Route of everything a run said, as text: [`run_part`].
pub const RUN_LOG: &str = "/runs/{id}/log";
/// Route of the files a run made: [`run_part`].
pub const RUN_FILES: &str = "/runs/{id}/files";
/// Route (POST) that asks a run to stop: [`run_part`].
pub const RUN_CANCEL: &str = "/runs/{id}/cancel";
/// Route (POST) that goes on from the step that failed: [`run_part`].
pub const RUN_RETRY: &str = "/runs/{id}/retry";
/// Route (POST) that goes on behind the step that failed: [`run_part`].
pub const RUN_SKIP: &str = "/runs/{id}/skip";
/// Route (POST) that answers the question of a step: [`run_part`].
pub const RUN_ANSWER: &str = "/runs/{id}/answer";
/// Route (POST) that says whether an effect was done that nobody knows about: [`run_part`].
pub const RUN_EFFECT: &str = "/runs/{id}/effect";
/// Route of the page that says what taking a run back would do, and (POST) does it: [`run_part`].
pub const RUN_UNDO: &str = "/runs/{id}/undo";
/// Route of the embedded files.
pub const STATIC: &str = "/static/{*path}";

/// Whether a page is for everybody, signed in or not.
#[must_use]
pub fn is_open(path: &str) -> bool {
    path == SIGN_IN || path.starts_with("/static/")
}

/// What must be escaped in one segment of a path: all but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The page of an entity, as Backstage addresses it.
#[must_use]
pub fn entity(entity_ref: &EntityRef) -> String {
    let segment = |part: &str| utf8_percent_encode(part, SEGMENT).to_string();
    format!(
        "{CATALOG}/{}/{}/{}",
        segment(entity_ref.namespace()),
        segment(entity_ref.kind()),
        segment(entity_ref.name())
    )
}

/// The relation graph of an entity.
#[must_use]
pub fn entity_graph(entity_ref: &EntityRef) -> String {
    entity(entity_ref) + "/graph"
}

/// The versions of an entity.
#[must_use]
pub fn entity_history(entity_ref: &EntityRef) -> String {
    entity(entity_ref) + "/history"
}

/// One version of an entity, by its id.
#[must_use]
pub fn entity_version(entity_ref: &EntityRef, version: i64) -> String {
    format!("{}/history/{version}", entity(entity_ref))
}

/// Where to POST to have an entity's files read again.
#[must_use]
pub fn entity_refresh(entity_ref: &EntityRef) -> String {
    entity(entity_ref) + "/refresh"
}

/// The form that proposes a change of an entity's document.
#[must_use]
pub fn entity_propose(entity_ref: &EntityRef) -> String {
    entity(entity_ref) + "/propose"
}

/// Where to POST to delete an entity.
#[must_use]
pub fn entity_delete(entity_ref: &EntityRef) -> String {
    entity(entity_ref) + "/delete"
}

/// The page of a team: of a Group, whatever its type.
#[must_use]
pub fn team(group: &EntityRef) -> String {
    let segment = |part: &str| utf8_percent_encode(part, SEGMENT).to_string();
    format!(
        "{TEAMS}/{}/{}",
        segment(group.namespace()),
        segment(group.name())
    )
}

/// The form of a template.
#[must_use]
pub fn create(template: &EntityRef) -> String {
    let segment = |part: &str| utf8_percent_encode(part, SEGMENT).to_string();
    format!(
        "{CREATE}/{}/{}",
        segment(template.namespace()),
        segment(template.name())
    )
}

/// Where to POST answers that are only to be looked at.
#[must_use]
pub fn template_look(template: &EntityRef) -> String {
    create(template) + "/look"
}

/// A page of a form that was begun, from 0; in the address, the first is 1.
#[must_use]
pub fn draft_page(template: &EntityRef, draft: &str, page: usize) -> String {
    format!("{}/{draft}/{}", create(template), page + 1)
}

/// What a form that was begun would make.
#[must_use]
pub fn draft_review(template: &EntityRef, draft: &str) -> String {
    format!("{}/{draft}/review", create(template))
}

/// The list of one kind.
#[must_use]
pub fn catalog_of_kind(kind: &str) -> String {
    with_query(CATALOG, &[("kind", &kind.to_lowercase())])
}

/// The list of what somebody owns, of every kind.
#[must_use]
pub fn catalog_owned_by(owner: &EntityRef) -> String {
    with_query(CATALOG, &[("kind", "all"), ("owner", owner.as_str())])
}

/// The list of what has a tag, of every kind.
#[must_use]
pub fn catalog_tagged(tag: &str) -> String {
    with_query(CATALOG, &[("kind", "all"), ("tag", tag)])
}

/// The search page with a term.
#[must_use]
pub fn search_for(term: &str) -> String {
    with_query(SEARCH, &[("q", term)])
}

/// What became of one file, by its location ref.
#[must_use]
pub fn source_file(location_ref: &str) -> String {
    with_query(SOURCE_FILE, &[("ref", location_ref)])
}

/// The files, filtered; see [`with_query`].
pub const SOURCE_FILES: &str = "/sources/files";

/// The page that asks before a registered location is removed.
#[must_use]
pub fn source_removal(id: &str) -> String {
    with_query(SOURCE_REMOVE, &[("id", id)])
}

/// Lines of a file on one page.
pub const SOURCE_LINES: u32 = 2_000;

/// A page of a long file, from 1.
#[must_use]
pub fn source_file_page(location_ref: &str, page: usize) -> String {
    if page <= 1 {
        return source_file(location_ref);
    }
    let page = page.to_string();
    with_query(SOURCE_FILE, &[("ref", location_ref), ("page", &page)])
}

/// A line of that file, on the page it is on.
#[must_use]
pub fn source_line(location_ref: &str, line: u32) -> String {
    let page = line.saturating_sub(1) / SOURCE_LINES + 1;
    format!("{}#L{line}", source_file_page(location_ref, page as usize))
}

/// The page of a repository of the local Git host: `{owner}/{name}`.
#[must_use]
pub fn repository(name: impl std::fmt::Display) -> String {
    format!("{REPOSITORIES}/{name}")
}

/// A folder or file of a repository, at (`branch`, its name) or (`commit`, its id).
#[must_use]
pub fn repository_source(
    name: impl std::fmt::Display,
    (kind, revision): (&str, &str),
    path: &str,
) -> String {
    let whole = format!("{revision}/{path}");
    let parts = whole.trim_end_matches('/').split('/');
    let parts: Vec<String> = parts
        .map(|part| utf8_percent_encode(part, SEGMENT).to_string())
        .collect();
    format!("{REPOSITORIES}/{name}/src/{kind}/{}", parts.join("/"))
}

/// The commits of a branch, or those before a commit.
#[must_use]
pub fn repository_commits(name: impl std::fmt::Display, revision: &str) -> String {
    repository_source(name, ("branch", revision), "").replacen("/src/", "/commits/", 1)
}

/// The page of a run.
#[must_use]
pub fn run(id: &str) -> String {
    format!("{RUNS}/{}", utf8_percent_encode(id, SEGMENT))
}

/// What lies below the page of a run, such as `log`.
#[must_use]
pub fn run_part(id: &str, part: &str) -> String {
    format!("{}/{part}", run(id))
}

/// The form of a template with the answers of a run.
#[must_use]
pub fn create_again(template: &EntityRef, run_id: &str) -> String {
    with_query(&create(template), &[("from", run_id)])
}

/// An embedded file, with the hash of its content.
#[must_use]
pub fn static_file(name: &str, hash: &str) -> String {
    format!("/static/{name}?v={hash}")
}

/// A path with a query string; keys may repeat, empty values stay.
#[must_use]
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::{EntityRef, entity, source_line, team, with_query};

    #[test]
    fn addresses_of_entities_are_backstages() {
        let entity_ref = EntityRef::new("Component", "Default", "Tickets.api_v2");
        assert_eq!(
            entity(&entity_ref),
            "/catalog/default/component/tickets.api_v2"
        );
        let group = EntityRef::new("Group", "rail", "gates");
        assert_eq!(team(&group), "/teams/rail/gates");
    }

    #[test]
    fn nothing_breaks_out_of_a_segment_or_a_query() {
        let odd = EntityRef::new("component", "a/../b", "c?d#e\"");
        assert_eq!(entity(&odd), "/catalog/a/component/..%2Fb%2Fc%3Fd%23e%22");
        assert_eq!(with_query("/x", &[("a", "b&c=d")]), "/x?a=b%26c%3Dd");
        assert_eq!(
            source_line("file:/a b.yaml", 7),
            "/sources/file?ref=file%3A%2Fa+b.yaml#L7"
        );
        assert_eq!(
            source_line("file:/a.yaml", 2001),
            "/sources/file?ref=file%3A%2Fa.yaml&page=2#L2001"
        );
    }
}
