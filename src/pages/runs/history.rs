//! All runs: filtered by what stands in the address, counted, paged, and as a file.

use std::io;

use askama::Template;
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::json;

use super::{
    super::{
        csv::{self as cells, download},
        error::PageError,
        link::EntityLink,
        number::grouped,
        pager::Pager,
        params::Params,
        respond,
        shell::Shell,
    },
    list::RunRow,
};
use crate::{
    clock::UnixMillis,
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Viewer},
    store::{self, Run, RunFilter, RunGroup},
    urls,
};

/// Runs on a page, and in a chunk of a file.
const PAGE: u32 = 50;
const CHUNK: u32 = 200;
/// Rows of a file at most.
const MAX_ROWS: u32 = 10_000;
const DAY_MS: i64 = 24 * 3_600_000;
const CSV_HEAD: &str = "id,template,status,by,createdAt,endedAt,undoes\r\n";

/// States by which runs are filtered: the word of the address, those it stands for, what it is called.
const STATES: [(&str, &[&str], &str); 4] = [
    ("running", &["open", "processing"], "Running"),
    ("waiting", &["waiting"], "Waiting"),
    ("completed", &["completed"], "Completed"),
    ("failed", &["failed"], "Failed"),
];
/// Times by which runs are filtered: the word of the address, days, what it is called.
const TIMES: [(&str, i64, &str); 4] = [
    ("1d", 1, "The last day"),
    ("7d", 7, "The last 7 days"),
    ("30d", 30, "The last 30 days"),
    ("90d", 90, "The last 90 days"),
];

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

/// What is asked for.
#[derive(Debug, Clone, Default)]
struct Wanted {
    status: String,
    template: String,
    by: String,
    since: String,
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

impl Wanted {
    fn new(params: &Params) -> Self {
        let text = |name| params.text(name).to_owned();
        Self {
            status: text("status"),
            template: text("template"),
            by: text("by"),
            since: text("since"),
        }
    }

    fn filter(&self, viewer: &Viewer, now: UnixMillis) -> RunFilter {
        let state = STATES.iter().find(|(word, ..)| *word == self.status);
        let days = TIMES.iter().find(|(word, ..)| *word == self.since);
        let one = |text: &str| -> Vec<String> {
            let given = (!text.is_empty()).then(|| text.to_owned());
            given.into_iter().collect()
        };
        RunFilter {
            created_by: match self.by.as_str() {
                "me" => vec![me(viewer)],
                by => one(by),
            },
            status: state.map_or_else(Vec::new, |(_, all, _)| {
                all.iter().map(|one| (*one).to_owned()).collect()
            }),
            template_ref: one(&self.template),
            since: days.map(|(_, days, _)| UnixMillis(now.0 - days * DAY_MS)),
            with_undo_runs: true,
            ..RunFilter::default()
        }
    }

    /// The address with this one value changed.
    fn with(&self, path: &str, (name, value): (&str, &str)) -> String {
        let all = [
            ("status", self.status.as_str()),
            ("template", &self.template),
            ("by", &self.by),
            ("since", &self.since),
        ];
        let mut pairs: Vec<(&str, &str)> = all
            .into_iter()
            .map(|(key, text)| (key, if key == name { value } else { text }))
            .collect();
        if name == "page" {
            pairs.push((name, value));
        }
        pairs.retain(|(_, text)| !text.is_empty());
        urls::with_query(path, &pairs)
    }

    fn is_empty(&self) -> bool {
        [&self.status, &self.template, &self.by, &self.since]
            .into_iter()
            .all(String::is_empty)
    }
}

/// The ref of who looks; of nobody there is if they have not signed in.
fn me(viewer: &Viewer) -> String {
    let user = viewer.user().ok();
    user.map_or_else(String::new, |user| user.entity_ref.as_str().to_owned())
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

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Json,
}

/// Answers [`crate::urls::RUNS_CSV`].
pub(super) async fn csv(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Response, PageError> {
    let response = export(state, &viewer, &params, Format::Csv);
    Ok(download(response, "text/csv; charset=utf-8", "runs.csv"))
}

/// Answers [`crate::urls::RUNS_JSON`].
pub(super) async fn json(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Response, PageError> {
    let response = export(state, &viewer, &params, Format::Json);
    Ok(download(response, "application/json", "runs.json"))
}

/// Every run that is asked for, at most ten thousand, written as it is read.
fn export(state: AppState, viewer: &Viewer, params: &Params, format: Format) -> Response {
    let filter = Wanted::new(params).filter(viewer, state.clock.now());
    let chunks = stream::unfold(Some(0), move |offset| {
        let (state, filter) = (state.clone(), filter.clone());
        async move {
            let offset = offset?;
            let made = chunk(&state, &filter, format, offset).await;
            Some(match made {
                Ok((text, is_last)) => (Ok(text), (!is_last).then(|| offset + CHUNK)),
                Err(fault) => (Err(io::Error::other(fault)), None),
            })
        }
    });
    Body::from_stream(chunks).into_response()
}

/// One chunk, and whether it is the last.
async fn chunk(
    state: &AppState,
    filter: &RunFilter,
    format: Format,
    offset: u32,
) -> Result<(String, bool)> {
    let (runs, _) = store::runs(&state.store, filter, offset, Some(CHUNK)).await?;
    let is_last = runs.len() < CHUNK as usize || offset + CHUNK >= MAX_ROWS;
    let mut text = match (format, offset) {
        (Format::Csv, 0) => CSV_HEAD.to_owned(),
        (Format::Json, 0) => "[".to_owned(),
        _ => String::new(),
    };
    for (index, run) in runs.iter().enumerate() {
        match format {
            Format::Csv => text += &cells::line(&row(run)),
            Format::Json => {
                text += if offset == 0 && index == 0 {
                    "\n"
                } else {
                    ",\n"
                };
                text += &serde_json::to_string(&object(run)).map_err(Error::internal)?;
            }
        }
    }
    if is_last && matches!(format, Format::Json) {
        text += "\n]\n";
    }
    Ok((text, is_last))
}

fn row(run: &Run) -> [String; 7] {
    let ended = run.ended_at.map(|at| at.to_string());
    [
        run.id.clone(),
        run.template_ref.clone(),
        run.status.as_str().to_owned(),
        run.created_by.clone().unwrap_or_default(),
        run.created_at.to_string(),
        ended.unwrap_or_default(),
        run.undoes.clone().unwrap_or_default(),
    ]
}

fn object(run: &Run) -> serde_json::Value {
    json!({
        "id": run.id,
        "template": run.template_ref,
        "status": run.status.as_str(),
        "by": run.created_by,
        "createdAt": run.created_at.to_string(),
        "endedAt": run.ended_at.map(|at| at.to_string()),
        "undoes": run.undoes,
    })
}
