//! The journal of effects: what steps do outside, written before it is done.

use sqlx::FromRow;

use super::db::{Db, Tx, on_db, on_tx};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
};

/// What is known of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectState {
    /// It may have been done or not.
    Intent,
    /// It may have been done or not, and only a person can find out.
    Unknown,
    /// It was done.
    Done,
    /// It was taken back.
    Undone,
}

impl EffectState {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Unknown => "unknown",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "intent" => Self::Intent,
            "unknown" => Self::Unknown,
            "done" => Self::Done,
            "undone" => Self::Undone,
            other => return Err(Error::internal(format!("an effect has the state {other}"))),
        })
    }
}

/// Something a step does outside. What is JSON is kept as text.
#[derive(Debug, Clone)]
pub struct RunEffect {
    /// Of which step, or pass of it.
    pub step_key: String,
    /// Which one of the step's, from 0.
    pub ordinal: i64,
    /// What kind, such as `repository`.
    pub kind: String,
    /// On what, for people.
    pub target: String,
    /// All that is needed to do it again just so.
    pub effect: String,
    /// What was there before.
    pub observed: String,
    /// What came of it.
    pub outcome: Option<String>,
    /// What is known of it.
    pub state: EffectState,
    /// In which attempt it was done.
    pub attempt: i64,
    /// Since when it is so.
    pub changed_at: UnixMillis,
}

#[derive(FromRow)]
struct EffectRow {
    step_key: String,
    ordinal: i64,
    kind: String,
    target: String,
    effect: String,
    observed: String,
    outcome: Option<String>,
    state: String,
    attempt: i64,
    changed_at: i64,
}

impl TryFrom<EffectRow> for RunEffect {
    type Error = Error;

    fn try_from(row: EffectRow) -> Result<Self> {
        Ok(Self {
            state: EffectState::parse(&row.state)?,
            step_key: row.step_key,
            ordinal: row.ordinal,
            kind: row.kind,
            target: row.target,
            effect: row.effect,
            observed: row.observed,
            outcome: row.outcome,
            attempt: row.attempt,
            changed_at: UnixMillis(row.changed_at),
        })
    }
}

/// All effects of a run, in the order they were meant.
pub async fn run_effects(db: &Db, run_id: &str) -> Result<Vec<RunEffect>> {
    const SQL: &str = "SELECT e.step_key, e.ordinal, e.kind, e.target, e.effect, e.observed, e.outcome, e.state, e.attempt, e.changed_at FROM run_effects e LEFT JOIN run_steps s ON s.run_id = e.run_id AND s.step_key = e.step_key WHERE e.run_id = $1 ORDER BY s.position NULLS LAST, s.started_at, e.step_key, e.ordinal LIMIT 10000";
    let rows: Vec<EffectRow> = on_db!(db, |pool| sqlx::query_as(SQL)
        .bind(run_id)
        .fetch_all(pool)
        .await)?;
    rows.into_iter().map(RunEffect::try_from).collect()
}

/// The runs that made this kind of thing and did not take it back, by what they made it on, newest first.
pub async fn runs_with_effect(
    db: &Db,
    kind: &str,
    target: &str,
    limit: u32,
) -> Result<Vec<String>> {
    const SQL: &str = "SELECT run_id FROM run_effects WHERE kind = $1 AND target = $2 AND state = 'done' ORDER BY changed_at DESC, run_id LIMIT $3";
    Ok(on_db!(db, |pool| sqlx::query_scalar(SQL)
        .bind(kind)
        .bind(target)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?)
}

/// Writes an effect, over what was there.
pub async fn put_run_effect(tx: &mut Tx, run_id: &str, effect: &RunEffect) -> Result<()> {
    const SQL: &str = "INSERT INTO run_effects (run_id, step_key, ordinal, kind, target, effect, observed, outcome, state, attempt, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (run_id, step_key, ordinal) DO UPDATE SET kind = excluded.kind, target = excluded.target, effect = excluded.effect, observed = excluded.observed, outcome = excluded.outcome, state = excluded.state, attempt = excluded.attempt, changed_at = excluded.changed_at";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(&effect.step_key)
        .bind(effect.ordinal)
        .bind(&effect.kind)
        .bind(&effect.target)
        .bind(&effect.effect)
        .bind(&effect.observed)
        .bind(&effect.outcome)
        .bind(effect.state.as_str())
        .bind(effect.attempt)
        .bind(effect.changed_at.0)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes an effect out of the journal: it is known not to have been done.
pub async fn delete_run_effect(
    tx: &mut Tx,
    run_id: &str,
    step_key: &str,
    ordinal: i64,
) -> Result<()> {
    const SQL: &str =
        "DELETE FROM run_effects WHERE run_id = $1 AND step_key = $2 AND ordinal = $3";
    on_tx!(tx, |connection| sqlx::query(SQL)
        .bind(run_id)
        .bind(step_key)
        .bind(ordinal)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

/// Writes what somebody who looked says of an effect nobody knows about: it was done, or it is taken out of the
/// journal. False if it is known by now, or its run is executed, which then finds out itself.
pub async fn settle_run_effect(
    tx: &mut Tx,
    run_id: &str,
    (step_key, ordinal): (&str, i64),
    was_done: bool,
    now: UnixMillis,
) -> Result<bool> {
    const OPEN: &str = "SELECT COUNT(*) FROM run_effects WHERE run_id = $1 AND step_key = $2 AND ordinal = $3 AND state = 'unknown' AND (EXISTS (SELECT 1 FROM runs WHERE runs.id = $1 AND runs.status IN ('waiting', 'completed', 'failed')) OR EXISTS (SELECT 1 FROM run_waits WHERE run_waits.run_id = $1 AND run_waits.step_key = $2 AND run_waits.kind = 'outcome' AND run_waits.answer IS NULL))";
    const DONE: &str = "UPDATE run_effects SET state = 'done', changed_at = $4 WHERE run_id = $1 AND step_key = $2 AND ordinal = $3";
    // Nobody else writes until the transaction ends.
    let open: i64 = on_tx!(tx, |connection| sqlx::query_scalar(OPEN)
        .bind(run_id)
        .bind(step_key)
        .bind(ordinal)
        .fetch_one(connection)
        .await)?;
    if open == 0 {
        return Ok(false);
    }
    if was_done {
        on_tx!(tx, |connection| sqlx::query(DONE)
            .bind(run_id)
            .bind(step_key)
            .bind(ordinal)
            .bind(now.0)
            .execute(connection)
            .await
            .map(drop))?;
    } else {
        delete_run_effect(tx, run_id, step_key, ordinal).await?;
    }
    Ok(true)
}
