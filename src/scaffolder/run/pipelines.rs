//! Follows the first pipeline of every commit a run made, once for all who look, until nothing more is to come.
//!
//! A commit leaves a row behind (`journal`); whichever node finds it due asks the host, writes down what it told and
//! when to ask again. Hosts without pipelines get no row.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::Value;

use super::{Engine, effect_rows::effect_of, journal::RunJournal, pipeline_look::look, worker};
use crate::{
    clock::UnixMillis,
    error::Result,
    forge::{ForgeError, ForgeErrorKind},
    scaffolder::effects::Effect,
    store::{
        FirstPipeline, RunEffect, RunPipeline, claim_pipelines, is_pipeline_due, put_run_pipeline,
    },
};

/// How often rows are looked for that are due.
const TICK: Duration = Duration::from_secs(1);
/// Hosts asked at once.
const AT_ONCE: u32 = 8;
/// One look takes no longer; another node looks in its place after the second of the two.
const LOOK: Duration = Duration::from_secs(45);
const CLAIMED_MS: i64 = 60_000;
/// The time between two looks grows with the age of the commit, between these.
const MIN_PAUSE_MS: i64 = 2_000;
const MAX_PAUSE_MS: i64 = 60_000;
const AGE_BY_PAUSE: i64 = 10;
/// Where none was seen after so long, none comes: ten minutes.
const EXPECTED_MS: i64 = 10 * 60_000;
/// A pipeline is followed so long: six hours.
const FOLLOWED_MS: i64 = 6 * 3_600_000;

/// The row of a commit that was just made, on a host with pipelines.
pub(super) fn expected_pipeline(
    journal: &RunJournal<'_>,
    row: &RunEffect,
    outcome: &Value,
) -> Result<Option<RunPipeline>> {
    let Some(commit) = outcome["commit"].as_str() else {
        return Ok(None);
    };
    let Effect::Commit(effect) = effect_of(row)? else {
        return Ok(None);
    };
    let host = journal.services.forges.host(&effect.host);
    if !host.is_some_and(|host| host.has_pipelines()) {
        return Ok(None);
    }
    let now = journal.now();
    Ok(Some(RunPipeline {
        run_id: journal.run_id.to_owned(),
        step_key: row.step_key.clone(),
        ordinal: row.ordinal,
        host: effect.host,
        owner: effect.repository.owner,
        repository: effect.repository.name,
        branch: effect.branch,
        commit: commit.to_owned(),
        state: FirstPipeline::Expected,
        name: None,
        web_url: None,
        failed_job: None,
        failed_step: None,
        log_end: None,
        fault: None,
        committed_at: now,
        looked_at: None,
        next_look_at: Some(now),
    }))
}

/// Looks at whatever is due, for ever.
pub(super) async fn follow(engine: Arc<Engine>) {
    if engine.services.config.concurrent_tasks_limit == 0 {
        return;
    }
    let mut tick = tokio::time::interval(TICK);
    loop {
        tick.tick().await;
        worker::log_fault("followed", engine.look_at_pipelines().await);
    }
}

impl Engine {
    async fn look_at_pipelines(&self) -> Result<()> {
        let (db, now) = (&self.services.db, self.services.clock.now());
        if !is_pipeline_due(db, now).await? {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        let until = UnixMillis(now.0 + CLAIMED_MS);
        let claimed = claim_pipelines(&mut tx, now, until, AT_ONCE).await?;
        tx.commit().await?;
        let looks = claimed.into_iter().map(|row| self.look_at_pipeline(row));
        join_all(looks).await.into_iter().collect()
    }

    async fn look_at_pipeline(&self, before: RunPipeline) -> Result<()> {
        let mut row = before.clone();
        let now = self.services.clock.now();
        let host = self.services.forges.host(&row.host);
        let looked = match &host {
            Some(host) => tokio::time::timeout(LOOK, look(host, &mut row)).await.ok(),
            None => Some(Ok(())),
        };
        row.looked_at = Some(now);
        match looked {
            _ if host.is_none() => give_up(&mut row, None),
            Some(Ok(())) => plan_next(&mut row, now),
            Some(Err(fault)) => note_fault(&mut row, &fault, now),
            None => {
                row.fault = Some(format!("{} took too long to answer.", row.host));
                plan_next(&mut row, now);
            }
        }
        let mut tx = self.services.db.begin().await?;
        put_run_pipeline(&mut tx, &row).await?;
        tx.commit().await?;
        if row.state != before.state {
            self.changed.send_modify(|count| *count += 1);
        }
        Ok(())
    }
}

/// When to look again, by how it goes and how old the commit is.
fn plan_next(row: &mut RunPipeline, now: UnixMillis) {
    let age = now.0 - row.committed_at.0;
    let pause = (age / AGE_BY_PAUSE).clamp(MIN_PAUSE_MS, MAX_PAUSE_MS);
    row.next_look_at = Some(UnixMillis(now.0 + pause));
    match row.state {
        FirstPipeline::Expected if age > EXPECTED_MS => give_up(row, row.fault.clone()),
        FirstPipeline::Queued | FirstPipeline::Running if age > FOLLOWED_MS => {
            row.next_look_at = None;
            row.fault = Some("It takes longer than it is followed. Look at its page.".to_owned());
        }
        FirstPipeline::Expected | FirstPipeline::Queued | FirstPipeline::Running => {}
        FirstPipeline::Green
        | FirstPipeline::Red
        | FirstPipeline::Stopped
        | FirstPipeline::None => row.next_look_at = None,
    }
}

fn note_fault(row: &mut RunPipeline, fault: &ForgeError, now: UnixMillis) {
    match fault.kind {
        // Gone with its repository, or the host has none here: nothing to say.
        ForgeErrorKind::NotFound | ForgeErrorKind::NotSupported => give_up(row, None),
        _ if !fault.is_passing() => give_up(row, Some(fault.to_string())),
        kind => {
            row.fault = Some(fault.to_string());
            plan_next(row, now);
            if let (ForgeErrorKind::RateLimited { until }, Some(next)) = (kind, row.next_look_at) {
                row.next_look_at = Some(next.max(until));
            }
        }
    }
}

fn give_up(row: &mut RunPipeline, fault: Option<String>) {
    row.state = FirstPipeline::None;
    row.fault = fault;
    row.next_look_at = None;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(state: FirstPipeline) -> RunPipeline {
        RunPipeline {
            run_id: "r".to_owned(),
            step_key: "publish".to_owned(),
            ordinal: 1,
            host: "git.example.com".to_owned(),
            owner: "acme".to_owned(),
            repository: "shop".to_owned(),
            branch: "main".to_owned(),
            commit: "a".repeat(40),
            state,
            name: None,
            web_url: None,
            failed_job: None,
            failed_step: None,
            log_end: None,
            fault: None,
            committed_at: UnixMillis(0),
            looked_at: None,
            next_look_at: Some(UnixMillis(0)),
        }
    }

    #[test]
    fn looks_become_rarer_and_end() {
        for (state, age_ms, expected) in [
            (FirstPipeline::Expected, 0, Some(2_000)),
            (FirstPipeline::Running, 60_000, Some(66_000)),
            (FirstPipeline::Queued, 3_600_000, Some(3_660_000)),
            (FirstPipeline::Running, FOLLOWED_MS + 1, None),
            (FirstPipeline::Expected, EXPECTED_MS + 1, None),
            (FirstPipeline::Green, 5, None),
            (FirstPipeline::Red, 5, None),
        ] {
            let mut row = row(state);
            plan_next(&mut row, UnixMillis(age_ms));
            let next = row.next_look_at.map(|at| at.0);
            assert_eq!(next, expected, "{state:?} after {age_ms} ms");
        }
        let mut late = row(FirstPipeline::Expected);
        plan_next(&mut late, UnixMillis(EXPECTED_MS + 1));
        assert_eq!(late.state, FirstPipeline::None);
    }
}
