//! Forms that somebody has begun to fill in: kept for a week, secrets encrypted, each its user's alone.

use serde_json::Value;

use super::{
    Services,
    form::{Answers, Progress},
};
use crate::{
    clock::{UnixMillis, new_id},
    entity::EntityRef,
    error::{Error, Result},
    store::{self, RunDraft, text_hash},
};

/// A draft is kept so long after it was last written: 7 days.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Drafts of one user; the oldest make room.
const MAX_DRAFTS: i64 = 20;
/// What one draft may hold, and no more.
const MAX_BYTES: usize = 256 * 1024;

/// A form that somebody has begun to fill in.
#[derive(Debug, Clone)]
pub struct Draft {
    /// UUID; the run it becomes has the same, so it becomes one run and not two.
    pub id: String,
    /// Whose it is.
    pub user_ref: String,
    /// The template.
    pub template: EntityRef,
    /// What it was when the form was last answered: [`template_etag`].
    pub template_etag: String,
    /// What was answered.
    pub answers: Answers,
    /// When it was last written.
    pub updated_at: UnixMillis,
}

/// Tells whether a template asks and does the same as before.
#[must_use]
pub fn template_etag(template: &Value) -> String {
    text_hash(template["spec"].to_string().as_bytes())
}

impl Draft {
    /// A new one, which is not written yet.
    #[must_use]
    pub fn new(template: EntityRef, etag: String, user_ref: &str, answers: Answers) -> Self {
        Self {
            id: new_id(),
            user_ref: user_ref.to_owned(),
            template,
            template_etag: etag,
            answers,
            updated_at: UnixMillis(0),
        }
    }

    /// Writes it; the oldest drafts of its user make room.
    ///
    /// [`Error::Input`] if it is too long, [`Error::ServiceUnavailable`] if there is no key for its secrets.
    pub async fn save(&self, services: &Services) -> Result<()> {
        let now = services.clock.now();
        let answers = &self.answers;
        let row = RunDraft {
            id: self.id.clone(),
            user_ref: self.user_ref.clone(),
            template_ref: self.template.to_string(),
            template_etag: self.template_etag.clone(),
            answers: serde_json::to_string(&answers.values).map_err(Error::internal)?,
            progress: serde_json::to_string(&answers.progress).map_err(Error::internal)?,
            sealed: self.sealed(services)?,
            updated_at: now,
            expires_at: UnixMillis(now.0 + KEPT_MS),
        };
        let sealed_bytes = row.sealed.as_ref().map_or(0, String::len);
        if row.answers.len() + row.progress.len() + sealed_bytes > MAX_BYTES {
            return Err(Error::Input(format!(
                "These answers are too long: a form takes {} KiB. Shorten them.",
                MAX_BYTES / 1024
            )));
        }
        let mut tx = services.db.begin().await?;
        store::put_run_draft(&mut tx, &row).await?;
        store::delete_old_drafts(&mut tx, &row, MAX_DRAFTS, now).await?;
        tx.commit().await
    }

    fn sealed(&self, services: &Services) -> Result<Option<String>> {
        if self.answers.secrets.is_empty() {
            return Ok(None);
        }
        let seal = services.seal.as_ref().ok_or_else(|| {
            Error::ServiceUnavailable(
                "This form has secrets, and there is no key to encrypt them with. Set callboard.encryptionKey in app-config.yaml, the same on every node."
                    .to_owned(),
            )
        })?;
        let text = serde_json::to_vec(&self.answers.secrets).map_err(Error::internal)?;
        seal.seal(&purpose(&self.id), &text).map(Some)
    }

    /// Forgets it.
    pub async fn discard(&self, services: &Services) -> Result<()> {
        let mut tx = services.db.begin().await?;
        store::delete_run_draft(&mut tx, &self.id, &self.user_ref).await?;
        tx.commit().await
    }
}

/// Somebody's draft; `None` if it is not there, is another's, or was kept long enough.
pub async fn draft(services: &Services, id: &str, user_ref: &str) -> Result<Option<Draft>> {
    let now = services.clock.now();
    let row = store::run_draft(&services.db, id, user_ref, now).await?;
    row.map(|row| opened(services, row)).transpose()
}

/// Somebody's drafts, the last written first.
pub async fn drafts(services: &Services, user_ref: &str) -> Result<Vec<Draft>> {
    let now = services.clock.now();
    let rows = store::run_drafts(&services.db, user_ref, now).await?;
    rows.into_iter().map(|row| opened(services, row)).collect()
}

fn opened(services: &Services, row: RunDraft) -> Result<Draft> {
    let progress: Progress = serde_json::from_str(&row.progress).map_err(Error::internal)?;
    // Secrets that another key has sealed are asked for again.
    let secrets = row.sealed.as_ref().zip(services.seal.as_ref());
    let secrets = secrets.and_then(|(sealed, seal)| seal.open(&purpose(&row.id), sealed));
    let secrets = secrets.and_then(|text| serde_json::from_slice(&text).ok());
    Ok(Draft {
        template: EntityRef::from_canonical(&row.template_ref),
        answers: Answers {
            values: serde_json::from_str(&row.answers).map_err(Error::internal)?,
            progress,
            secrets: secrets.unwrap_or_default(),
        },
        id: row.id,
        user_ref: row.user_ref,
        template_etag: row.template_etag,
        updated_at: row.updated_at,
    })
}

fn purpose(id: &str) -> String {
    format!("run draft {id}")
}
