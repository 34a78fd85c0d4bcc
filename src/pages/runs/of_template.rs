//! What the page of a template says about its runs: how often it succeeds, how long it takes, who uses it; and what
//! its check found.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    super::{
        code::Mark, duration, entity::Document, link::EntityLink, shell::Shell,
        sources::place::Place, summary::Summary,
    },
    list::RunRow,
    of_entity::of_template,
};
use crate::{
    catalog::Snapshot,
    entity::{Diagnostic, EntityRef, split_documents},
    error::{Error, Result},
    http::AppState,
    scaffolder::{actions::Registry, check_template},
    store::{self, RunEnding},
    urls,
};

/// The newest runs that are counted.
const MAX_COUNTED: u32 = 500;
/// The newest runs that are listed.
const MAX_LISTED: u32 = 5;
/// People and teams that are named.
const MAX_USERS: usize = 8;

/// What is said about the runs of a template.
#[derive(Debug, Clone, Default)]
pub(in crate::pages) struct TemplateRuns {
    /// `92 % of 37 runs completed, half of them within 14 s`; empty: there were none.
    pub(in crate::pages) told: String,
    pub(in crate::pages) rows: Vec<RunRow>,
    pub(in crate::pages) all_href: String,
    /// Those who use it most, with how often.
    pub(in crate::pages) people: Vec<(EntityLink, usize)>,
    /// Their teams.
    pub(in crate::pages) teams: Vec<(EntityLink, usize)>,
    /// Whether a run would fail of what the check found.
    pub(in crate::pages) has_errors: bool,
    /// What the check found, each with its place.
    pub(in crate::pages) findings: Vec<(Mark, Option<Place>)>,
}

impl TemplateRuns {
    /// Reads what is known.
    pub(in crate::pages) async fn read(
        state: &AppState,
        template: &EntityRef,
        document: &Document,
        shell: &Shell,
    ) -> Result<Self> {
        let db = &state.store;
        let endings = store::run_endings(db, template.as_str(), MAX_COUNTED).await?;
        let (runs, _) = store::runs(db, &of_template(template), 0, Some(MAX_LISTED)).await?;
        let findings = findings(state, template, document).await?;
        let catalog = state.catalog.read();
        let (people, teams) = users(&catalog, &endings);
        let rows = runs.iter();
        Ok(Self {
            told: told(&endings),
            rows: rows
                .map(|run| RunRow::new(&catalog, run, shell.now))
                .collect(),
            all_href: urls::with_query(urls::RUNS, &[("template", template.as_str())]),
            people,
            teams,
            has_errors: findings.iter().any(|(mark, _)| mark.is_error),
            findings,
        })
    }
}

fn told(endings: &[RunEnding]) -> String {
    if endings.is_empty() {
        return String::new();
    }
    let good = endings.iter().filter(|ending| ending.status == "completed");
    let mut took: Vec<i64> = good.map(|ending| ending.took_ms).collect();
    took.sort_unstable();
    let share = took.len() * 100 / endings.len();
    let runs = match endings.len() {
        1 => "its one run".to_owned(),
        all => format!("its {all} runs that have ended"),
    };
    let quick = took.get(took.len() / 2).map_or_else(String::new, |median| {
        format!(", half of them within {}", duration::spoken(*median))
    });
    format!("{share} % of {runs} completed{quick}.")
}

type Counted = Vec<(EntityLink, usize)>;

/// The people who use it most, and the teams they are members of.
fn users(catalog: &Snapshot<'_>, endings: &[RunEnding]) -> (Counted, Counted) {
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    for by in endings
        .iter()
        .filter_map(|ending| ending.created_by.as_deref())
    {
        *people.entry(by).or_default() += 1;
    }
    let mut teams: BTreeMap<EntityRef, usize> = BTreeMap::new();
    for (person, count) in &people {
        let json = catalog.entity(person);
        let Some(summary) = json.as_deref().and_then(Summary::read) else {
            continue;
        };
        for team in summary.related("memberOf") {
            *teams.entry(team).or_default() += count;
        }
    }
    let people = people
        .into_iter()
        .map(|(person, count)| (EntityRef::from_canonical(person), count));
    (most(catalog, people), most(catalog, teams.into_iter()))
}

/// Those with the highest counts, as links. Whoever is not in the catalog is left out.
fn most(catalog: &Snapshot<'_>, counted: impl Iterator<Item = (EntityRef, usize)>) -> Counted {
    let mut counted: Vec<(EntityRef, usize)> = counted.collect();
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let links = counted.into_iter().map(|(entity, count)| {
        let link = EntityLink::find(catalog, &entity).leading_to_team(&entity);
        (link, count)
    });
    links
        .filter(|(link, _)| link.exists())
        .take(MAX_USERS)
        .collect()
}

/// What the check finds in the template as it was read last.
async fn findings(
    state: &AppState,
    template: &EntityRef,
    document: &Document,
) -> Result<Vec<(Mark, Option<Place>)>> {
    let newest = store::versions(&state.store, template, 1).await?.pop();
    let Some((version, hash)) = newest.and_then(|version| {
        let hash = version.text_hash.clone()?;
        Some((version, hash))
    }) else {
        return Ok(Vec::new());
    };
    let Some(text) = store::text(&state.store, &hash).await? else {
        return Ok(Vec::new());
    };
    let (entity, line) = (document.value().clone(), version.line);
    let actions = state.runs.actions().clone();
    let found = tokio::task::spawn_blocking(move || check(&text, line, &entity, &actions));
    let found = found.await.map_err(Error::internal)?;
    let file = version.location_key;
    let marks = found.iter().map(|diagnostic| {
        let place = file.as_deref().map(|file| {
            let line = diagnostic.position.map(|position| position.line);
            Place::new(file, line)
        });
        (Mark::new(diagnostic, None), place)
    });
    Ok(marks.collect())
}

/// The document of a file that begins at a line.
fn check(text: &str, first_line: u32, entity: &Value, actions: &Registry) -> Vec<Diagnostic> {
    let documents = split_documents(text);
    let raw = documents.iter().find(|raw| raw.first_line == first_line);
    raw.map_or_else(Vec::new, |raw| check_template(raw, entity, actions))
}

#[cfg(test)]
mod tests {
    use super::{RunEnding, told};

    fn ending(status: &str, took_ms: i64) -> RunEnding {
        RunEnding {
            status: status.to_owned(),
            created_by: None,
            took_ms,
        }
    }

    #[test]
    fn success_and_time_are_told_in_one_sentence() {
        assert_eq!(told(&[]), "");
        assert_eq!(
            told(&[
                ending("completed", 4_000),
                ending("completed", 60_000),
                ending("failed", 1),
                ending("completed", 2_000),
            ]),
            "75 % of its 4 runs that have ended completed, half of them within 4.0 s."
        );
        assert_eq!(
            told(&[ending("failed", 1)]),
            "0 % of its one run completed."
        );
    }
}
