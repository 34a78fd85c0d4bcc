//! GitHub Actions, where they are other than Gitea's.

use crate::forge::{
    PipelineRun, PipelineTrigger, RepositoryId, Result,
    client::HostClient,
    github_like::actions::{self, TellRun},
};

pub(super) async fn dispatch(
    client: &HostClient,
    repository: &RepositoryId,
    trigger: &PipelineTrigger,
) -> Result<Option<PipelineRun>> {
    // Enterprise does not know it, and refuses what it does not know.
    let tell_run = if client.host() == "github.com" {
        TellRun::ByBody
    } else {
        TellRun::Never
    };
    actions::dispatch(client, repository, trigger, tell_run).await
}

pub(super) async fn log(
    client: &HostClient,
    repository: &RepositoryId,
    job: u64,
) -> Result<String> {
    // The cloud keeps logs in Azure's storage; Enterprise where it was told to, which may be Amazon's.
    let below = format!(".{}", client.host());
    let storage = [
        ".blob.core.windows.net",
        ".actions.githubusercontent.com",
        ".amazonaws.com",
        &below,
    ];
    actions::log(client, repository, job, &storage).await
}
