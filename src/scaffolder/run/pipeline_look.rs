//! One look at the pipelines of a commit: how they go, and where they broke.

use crate::{
    forge::{self, CommitId, Forge, GitHost, PipelineRun, PipelineState, RepositoryId, RunFilter},
    store::{FirstPipeline, RunPipeline},
};

/// Of a log the last lines are kept, and no more than so many bytes of them.
const LOG_LINES: usize = 60;
const LOG_BYTES: usize = 8 * 1024;

/// Writes into the row what the host tells now.
pub(super) async fn look(host: &Forge, row: &mut RunPipeline) -> forge::Result<()> {
    let repository = RepositoryId::new(&row.owner, &row.repository);
    let filter = RunFilter {
        commit: Some(CommitId(row.commit.clone())),
        branch: None,
    };
    let runs = host.pipeline_runs(&repository, &filter).await?;
    row.fault = None;
    let Some(run) = runs.into_iter().max_by_key(|run| weight(run.state)) else {
        return Ok(());
    };
    row.state = state_of(run.state);
    row.web_url = run.web_url.as_ref().map(ToString::to_string);
    row.name = Some(run.name.clone()).filter(|name| !name.is_empty());
    if row.state == FirstPipeline::Red
        && let Err(fault) = find_failure(host, &repository, &run, row).await
    {
        // That it failed is known: where, its page tells.
        row.fault = Some(fault.to_string());
    }
    Ok(())
}

/// A push may start several: one that failed tells more than one that still runs, and that more than one that is done.
fn weight(state: PipelineState) -> u8 {
    match state {
        PipelineState::Failure => 5,
        PipelineState::Running => 4,
        PipelineState::Waiting => 3,
        PipelineState::Cancelled => 2,
        PipelineState::Success => 1,
        PipelineState::Skipped => 0,
    }
}

fn state_of(state: PipelineState) -> FirstPipeline {
    match state {
        PipelineState::Waiting => FirstPipeline::Queued,
        PipelineState::Running => FirstPipeline::Running,
        PipelineState::Success => FirstPipeline::Green,
        PipelineState::Failure => FirstPipeline::Red,
        PipelineState::Cancelled | PipelineState::Skipped => FirstPipeline::Stopped,
    }
}

async fn find_failure(
    host: &Forge,
    repository: &RepositoryId,
    run: &PipelineRun,
    row: &mut RunPipeline,
) -> forge::Result<()> {
    let jobs = host.pipeline_jobs(repository, run.id).await?;
    let mut failed = jobs.into_iter();
    let Some(job) = failed.find(|job| job.state == PipelineState::Failure) else {
        return Ok(());
    };
    row.failed_job = Some(job.name);
    row.failed_step = job.failed_step;
    let log = host.job_log(repository, job.id).await?;
    row.log_end = Some(end_of(&log));
    Ok(())
}

/// The last lines of a log, as plain text.
fn end_of(log: &str) -> String {
    let plain = without_control(log);
    let lines: Vec<&str> = plain.trim_end().lines().collect();
    let end = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n");
    let from = end.ceil_char_boundary(end.len().saturating_sub(LOG_BYTES));
    end[from..].to_owned()
}

/// Without colours (`ESC [ … letter`) and other characters that steer a terminal.
fn without_control(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' && letters.next_if_eq(&'[').is_some() {
            let _ = letters.by_ref().find(char::is_ascii_alphabetic);
        } else if letter == '\n' || letter == '\t' || !letter.is_control() {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_is_plain_and_short() {
        let log = "first\n\u{1b}[31;1mred\u{1b}[0m and \u{7}quiet\r\nlast\n\n";
        assert_eq!(end_of(log), "first\nred and quiet\nlast");
        let numbers: Vec<String> = (0..100).map(|line| line.to_string()).collect();
        let end = end_of(&numbers.join("\n"));
        assert!(end.starts_with("40\n") && end.ends_with("\n99"), "{end}");
        let wide = end_of(&"ä".repeat(LOG_BYTES));
        assert!(wide.len() <= LOG_BYTES && wide.ends_with('ä'));
        assert_eq!(end_of(""), "");
        assert_eq!(end_of("\u{1b}"), "");
    }

    #[test]
    fn the_pipeline_that_failed_counts() {
        let by_weight = [
            PipelineState::Skipped,
            PipelineState::Success,
            PipelineState::Cancelled,
            PipelineState::Waiting,
            PipelineState::Running,
            PipelineState::Failure,
        ];
        assert!(by_weight.is_sorted_by_key(|state| weight(*state)));
    }
}
