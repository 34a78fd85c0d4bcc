//! Every file the locations lead to, and in a word what became of it.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        code::Mark, error::PageError, moment::Moment, pager::Pager, params::Params, respond,
        shell::Shell, status::Status,
    },
    Tabs,
    place::{Place, short_name, target_of},
    verdicts::file_status,
};
use crate::{
    error::Result,
    http::AppState,
    store::{self, FileFilter, FileState, FileSummary},
    urls,
};

/// Files on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "sources/files.html", blocks = ["results"])]
struct FilesPage {
    shell: Shell,
    tabs: Tabs,
    wanted: Wanted,
    states: [StateLink; 3],
    rows: Vec<Row>,
    pager: Pager,
}

struct StateLink {
    label: &'static str,
    count: i64,
    href: String,
    is_current: bool,
}

struct Row {
    place: Place,
    status: Status,
    /// Why it cannot be read.
    fault: Option<Mark>,
    read_at: Moment,
}

/// What the address asks for.
struct Wanted {
    filter: FileFilter,
    /// As the form shows it.
    state: &'static str,
    origin_name: String,
}

/// The values of `state` in the address.
const STATES: [(&str, FileState); 3] = [
    ("", FileState::Any),
    ("broken", FileState::Broken),
    ("conflict", FileState::Conflicting),
];

impl Wanted {
    fn new(params: &Params) -> Self {
        let asked = params.text("state");
        let found = STATES.iter().find(|(name, _)| *name == asked);
        let (state, file_state) = *found.unwrap_or(&STATES[0]);
        let origin = params.text("origin").to_owned();
        Self {
            state,
            origin_name: short_name(&origin),
            filter: FileFilter {
                text: params.text("q").to_owned(),
                origin,
                state: file_state,
            },
        }
    }

    fn address(&self, state: &str, page: usize) -> String {
        let page = page.to_string();
        let pairs = [
            ("q", self.filter.text.as_str()),
            ("origin", self.filter.origin.as_str()),
            ("state", state),
            ("page", if page == "1" { "" } else { &page }),
        ];
        let said: Vec<_> = pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        urls::with_query(urls::SOURCE_FILES, &said)
    }

    /// The same without the location.
    fn everywhere(&self) -> String {
        let pairs = [("q", self.filter.text.as_str()), ("state", self.state)];
        let said: Vec<_> = pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        urls::with_query(urls::SOURCE_FILES, &said)
    }

    fn origin_target(&self) -> &str {
        target_of(&self.filter.origin)
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    params: Params,
) -> Result<Response, PageError> {
    let wanted = Wanted::new(&params);
    let counts = store::count_files(&state.store, &wanted.filter).await?;
    let of_state = [counts.files, counts.broken, counts.conflicting];
    let states = std::array::from_fn(|index| StateLink {
        label: ["All", "Broken", "In conflict"][index],
        count: of_state[index],
        href: wanted.address(STATES[index].0, 1),
        is_current: STATES[index].0 == wanted.state,
    });
    let total = states
        .iter()
        .find(|state: &&StateLink| state.is_current)
        .and_then(|state| usize::try_from(state.count).ok())
        .unwrap_or_default();
    let page = params
        .number("page", 1)
        .clamp(1, total.div_ceil(PAGE).max(1));
    let offset = u32::try_from((page - 1) * PAGE).unwrap_or(u32::MAX);
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX);
    let files = store::files_matching(&state.store, &wanted.filter, offset, limit).await?;
    let page = FilesPage {
        tabs: Tabs::new(&shell, urls::SOURCE_FILES),
        pager: Pager::new(page, PAGE, total, |page| wanted.address(wanted.state, page)),
        rows: files.iter().map(|file| Row::new(file, &shell)).collect(),
        states,
        wanted,
        shell: shell.clone(),
    };
    if shell.wants("results") {
        return respond::html(&shell, page.as_results().render());
    }
    respond::html(&shell, page.render())
}

impl Row {
    fn new(file: &FileSummary, shell: &Shell) -> Self {
        Self {
            place: Place::new(&file.location_ref, None),
            status: file_status(file),
            fault: file.error.as_ref().map(|fault| Mark::new(fault, None)),
            read_at: Moment::new(file.read_at, shell.now),
        }
    }
}
