//! Pipelines that really run: Gitea's runner beside Gitea.

use std::time::Duration;

use callboard::forge::{
    Forge, GitHost, PipelineRun, PipelineState, PipelineTrigger, RepositoryId, RunFilter,
};

use super::{repository, write};
use crate::support::{gitea::Gitea, runner::Runner};

const WORKFLOW: &str = "\
on:
  push:
  workflow_dispatch:
    inputs:
      greeting:
        required: true
jobs:
  build:
    runs-on: host
    steps:
      - run: echo \"it says ${{ inputs.greeting }}\"
";
/// Nothing takes longer to run, unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// Gitea looks for workflows a moment after the push.
async fn begun(forge: &Forge, id: &RepositoryId, filter: &RunFilter) -> PipelineRun {
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            let runs = forge.pipeline_runs(id, filter).await.expect("listed");
            if let Some(run) = runs.into_iter().next() {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    waited.await.expect("the run begins")
}

async fn finished(forge: &Forge, id: &RepositoryId, run: u64) -> PipelineRun {
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            let now = forge
                .pipeline_run(id, run)
                .await
                .expect("asked")
                .expect("there");
            if now.state.is_final() {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    waited.await.expect("the run ends")
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea gitea-runner"]
async fn a_pipeline_runs_by_a_push_and_when_it_is_triggered() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("pipes").await;
    let id = repository(&forge, "pipes", "app").await;
    let head = write(&forge, &id, &[(".gitea/workflows/ci.yaml", WORKFLOW)]).await;
    let runner = Runner::start(gitea).await;

    let filter = RunFilter {
        commit: Some(head.clone()),
        branch: None,
    };
    let pushed = begun(&forge, &id, &filter).await;
    assert_eq!(pushed.event, "push");
    let pushed = finished(&forge, &id, pushed.id).await;
    assert_eq!(
        (pushed.state, pushed.commit),
        (PipelineState::Success, head)
    );

    let trigger = PipelineTrigger {
        workflow: "ci.yaml".to_owned(),
        revision: "main".to_owned(),
        inputs: vec![("greeting".to_owned(), "good day".to_owned())],
    };
    let run = forge
        .trigger_pipeline(&id, &trigger)
        .await
        .expect("started")
        .expect("told");
    let run = finished(&forge, &id, run.id).await;
    assert_eq!(
        (run.state, run.event.as_str()),
        (PipelineState::Success, "workflow_dispatch")
    );
    assert!(run.started_at.is_some() && run.finished_at >= run.started_at);
    let jobs = forge.pipeline_jobs(&id, run.id).await.expect("listed");
    assert_eq!(
        jobs.iter()
            .map(|job| (job.name.as_str(), job.state))
            .collect::<Vec<_>>(),
        [("build", PipelineState::Success)]
    );
    let log = forge.job_log(&id, jobs[0].id).await.expect("read");
    assert!(log.contains("it says good day"), "{log}");
    drop(runner);

    let all = forge
        .pipeline_runs(&id, &RunFilter::default())
        .await
        .expect("listed");
    assert_eq!(all.len(), 2);
    assert_eq!(forge.pipeline_run(&id, 999_999).await.expect("asked"), None);
    let unknown = PipelineTrigger {
        workflow: "nothing.yaml".to_owned(),
        ..trigger
    };
    forge
        .trigger_pipeline(&id, &unknown)
        .await
        .expect_err("no such workflow");
}
