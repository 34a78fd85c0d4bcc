//! All runs: filtered by what stands in the address, counted, paged.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        error::PageError, link::EntityLink, number::grouped, pager::Pager, params::Params, respond,
        shell::Shell,
    },
    list::RunRow,
    wanted::{MAX_ROWS, STATES, TIMES, Wanted},
};
use crate::{
    entity::EntityRef,
    error::Result,
    http::{AppState, Viewer},
    store::{self, RunFilter, RunGroup},
    urls,
};

/// Runs on a page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "runs/history.html", blocks = ["results"])]
struct HistoryPage {
    shell: Shell,
    wanted: Wanted,
    states: Vec<StateLink>,
    templates: Vec<Choice>,
    people: Vec<Choice>,
    times: Vec<Choice>,
    rows: Vec<RunRow>,
    pager: Pager,
    total: String,
    csv_href: String,
    json_href: String,
    /// Whether there are no runs at all.
    is_bare: bool,
}

struct StateLink {
    label: &'static str,
    count: String,
    href: String,
    is_current: bool,
}

/// A value of a filter.
struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// Answers [`crate::urls::RUNS`].
pub(super) async fn page(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    params: Params,
) -> Result<Response, PageError> {
    let wanted = Wanted::new(&params);
    let filter = wanted.filter(&viewer, shell.now);
    let number = params.number("page", 1_u32).clamp(1, MAX_ROWS / PAGE);
    let offset = (number - 1) * PAGE;
    let (runs, total) = store::runs(&state.store, &filter, offset, Some(PAGE)).await?;
    let states = states(&state, &wanted, &filter).await?;
    let (templates, people) = choices(&state, &wanted, &viewer).await?;
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let rows: Vec<RunRow> = {
        let catalog = state.catalog.read();
        let rows = runs.iter();
        rows.map(|run| RunRow::new(&catalog, run, shell.now))
            .collect()
    };
    let page = HistoryPage {
        states,
        templates,
        people,
        times: times(&wanted),
        is_bare: total == 0 && wanted.is_empty(),
        pager: Pager::new(number as usize, PAGE as usize, total, |page| {
            wanted.with(urls::RUNS, ("page", &page.to_string()))
        }),
        total: grouped(total),
        csv_href: wanted.with(urls::RUNS_CSV, ("", "")),
        json_href: wanted.with(urls::RUNS_JSON, ("", "")),
        rows,
        wanted,
        shell: shell.clone(),
    };
    if shell.wants("results") {
        return respond::html(&shell, page.as_results().render());
    }
    respond::html(&shell, page.render())
}

/// How many runs there are in each state, of those that the other filters let through.
async fn states(state: &AppState, wanted: &Wanted, filter: &RunFilter) -> Result<Vec<StateLink>> {
    let any = RunFilter {
        status: Vec::new(),
        ..filter.clone()
    };
    let counts = store::count_runs_by(&state.store, &any, RunGroup::Status).await?;
    let count = |words: &[&str]| -> usize {
        let found = counts
            .iter()
            .filter(|(word, _)| words.contains(&word.as_str()));
        let sum: u64 = found.map(|(_, count)| count).sum();
        usize::try_from(sum).unwrap_or(usize::MAX)
    };
    let all: Vec<&str> = STATES
        .iter()
        .flat_map(|(_, words, _)| *words)
        .copied()
        .collect();
    let link = |word: &str, words: &[&str], label| StateLink {
        label,
        count: grouped(count(words)),
        href: wanted.with(urls::RUNS, ("status", word)),
        is_current: wanted.status == word,
    };
    let mut links = vec![link("", &all, "All")];
    links.extend(
        STATES
            .iter()
            .map(|(word, words, label)| link(word, words, label)),
    );
    Ok(links)
}

/// The templates and people there are runs of, most runs first.
async fn choices(
    state: &AppState,
    wanted: &Wanted,
    viewer: &Viewer,
) -> Result<(Vec<Choice>, Vec<Choice>)> {
    let every = RunFilter {
        with_undo_runs: true,
        ..RunFilter::default()
    };
    let templates = store::count_runs_by(&state.store, &every, RunGroup::Template).await?;
    let people = store::count_runs_by(&state.store, &every, RunGroup::CreatedBy).await?;
    let catalog = state.catalog.read();
    let choice = |(value, count): (String, u64), chosen: &str| Choice {
        label: format!(
            "{} ({count})",
            EntityLink::find(&catalog, &EntityRef::from_canonical(&value)).text
        ),
        is_chosen: value == chosen,
        value,
    };
    let templates = templates
        .into_iter()
        .map(|found| choice(found, &wanted.template))
        .collect();
    let mut named: Vec<Choice> = people
        .into_iter()
        .map(|found| choice(found, &wanted.by))
        .collect();
    if viewer.user().is_ok() {
        let me = Choice {
            value: "me".to_owned(),
            label: "Me".to_owned(),
            is_chosen: wanted.by == "me",
        };
        named.insert(0, me);
    }
    Ok((templates, named))
}

fn times(wanted: &Wanted) -> Vec<Choice> {
    let choice = |(word, _, label): &(&str, i64, &str)| Choice {
        value: (*word).to_owned(),
        label: (*label).to_owned(),
        is_chosen: wanted.since == *word,
    };
    TIMES.iter().map(choice).collect()
}
