//! The first pipeline of what a run made: how it goes, and where it broke.

use super::{
    super::{
        git::text::visible,
        status::{Status, Tone},
    },
    effects::commit_url,
    loaded::Loaded,
};
use crate::{
    forge::RepositoryId,
    http::AppState,
    store::{FirstPipeline, RunPipeline},
};

/// A pipeline, ready to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PipelineRow {
    pub(super) name: String,
    /// Its page; else that of its commit.
    pub(super) href: Option<String>,
    /// Of which branch of which repository.
    pub(super) place: String,
    pub(super) status: Status,
    /// Which job and step failed; a sentence.
    pub(super) failed: String,
    pub(super) log_end: String,
    /// Why its host did not tell.
    pub(super) fault: String,
}

/// Those of a run that there is something to say about.
pub(super) fn rows(state: &AppState, loaded: &Loaded) -> Vec<PipelineRow> {
    let told = loaded
        .pipelines
        .iter()
        .filter(|pipeline| pipeline.state != FirstPipeline::None || pipeline.fault.is_some());
    told.map(|pipeline| PipelineRow::new(state, pipeline))
        .collect()
}

impl PipelineRow {
    fn new(state: &AppState, pipeline: &RunPipeline) -> Self {
        let repository = RepositoryId::new(&pipeline.owner, &pipeline.repository);
        let place = (pipeline.host.as_str(), &repository);
        let web = pipeline.web_url.clone();
        Self {
            name: pipeline
                .name
                .clone()
                .unwrap_or_else(|| "Pipeline".to_owned()),
            href: web.or_else(|| commit_url(state, place, &pipeline.commit)),
            place: format!("{repository} ({})", pipeline.branch),
            status: status(pipeline.state),
            failed: failed(pipeline),
            log_end: visible(pipeline.log_end.as_deref().unwrap_or_default().trim_end()),
            fault: pipeline.fault.clone().unwrap_or_default(),
        }
    }
}

fn status(state: FirstPipeline) -> Status {
    let (tone, word) = match state {
        FirstPipeline::Expected => (Tone::Progressing, "expected"),
        FirstPipeline::Queued => (Tone::Progressing, "queued"),
        FirstPipeline::Running => (Tone::Progressing, "running"),
        FirstPipeline::Green => (Tone::Ok, "green"),
        FirstPipeline::Red => (Tone::Failed, "red"),
        FirstPipeline::Stopped => (Tone::Suspended, "stopped"),
        FirstPipeline::None => (Tone::Unknown, "not known"),
    };
    Status::new(tone, word)
}

fn failed(pipeline: &RunPipeline) -> String {
    match (&pipeline.failed_job, &pipeline.failed_step) {
        (Some(job), Some(step)) => format!("“{step}” of the job “{job}” failed."),
        (Some(job), None) => format!("The job “{job}” failed."),
        _ => String::new(),
    }
}
