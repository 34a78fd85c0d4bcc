//! The workspace becomes a new repository: `publish:git`, and those of the products that have nothing of their own.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, Right, committing, schema,
    target::{self, Place, Target},
};
use crate::{
    entity::ScmHost,
    error::Result,
    forge::{Address, ApiCall, ApiMethod, RepositoryId, Visibility},
    scaffolder::effects::{
        CommitFiles, CommittedFile, CreateRepository, Effect, HostCall, Planned, Undo,
    },
    store::runs_with_effect,
};

/// Publishes to the hosts of one product, or with `None` to any.
pub(super) struct Publish {
    pub(super) id: &'static str,
    pub(super) product: Option<ScmHost>,
    /// The branch that counts where the template does not say.
    pub(super) branch: &'static str,
    /// Which inputs it has.
    pub(super) inputs: &'static str,
}

/// The inputs there are.
const FIELDS: &str = r#"
    repoUrl: string -- The repository: host?owner=…&repo=…
    description: string -- What it is, in a few words
    defaultBranch: string -- The branch that counts
    repoVisibility: "private" | "public" -- Who sees it; default: private
    gitCommitMessage: string -- What the first commit says
    gitAuthorName: string -- Who wrote it
    gitAuthorEmail: string -- And their address
    sourcePath: string -- The folder of the workspace that is published; default: all of it
    signCommit: boolean -- Not honoured: the host makes the commit
    enableLFS: boolean -- Whether large files may be kept by Git LFS
    token: string -- A token to ask the host with, in place of the configured one
"#;
const OUTPUT: &str = "
    remoteUrl: string -- Where it is cloned
    repoContentsUrl: string -- Where its files are seen
    repositoryId: string -- The host's own number of it
    commitHash: string -- The first commit
";

/// The runs looked through for who made a repository: the newest.
const MAKERS: u32 = 10;

/// What becomes of `signCommit`.
pub(super) const NOT_SIGNED: &str =
    "The commit is made by the host, which signs it if it is told to.";

impl Action for Publish {
    fn about(&self) -> About {
        let outputs = match self.product {
            Some(ScmHost::AzureRepos) => "remoteUrl repoContentsUrl repositoryId commitHash",
            _ => "remoteUrl repoContentsUrl commitHash",
        };
        let mut input = schema::chosen(FIELDS, self.inputs);
        if self.product.is_none() {
            // Some hosts have a step between.
            let choices = &mut input["properties"]["repoVisibility"]["enum"];
            *choices = json!(["private", "internal", "public"]);
        }
        About::new(
            self.id,
            "Makes a repository of the workspace's files, honouring .gitignore.",
            input,
        )
        .output(schema::chosen(OUTPUT, outputs))
        .example(
            "Publish what the steps before have made",
            "repoUrl: ${{ parameters.repoUrl }}\ndescription: ${{ parameters.description }}\ndefaultBranch: main\n",
        )
        .not_honouring("signCommit", NOT_SIGNED)
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let mut all = vec![planned(Given(input).word("repoUrl"))];
        let place = self.product.map(|product| Place::of(input, product));
        if let Some(Ok(place)) = place {
            let lfs = self.large_files(&place, Given(input));
            all.extend(lfs.map(|call| Effect::HostCall(call).planned()));
        }
        Ok(all)
    }

    fn rights(&self, _: &Value) -> Vec<Right> {
        vec![Right::Create]
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::of(call).await?;
            if let Some(product) = self.product {
                target.must_be_of(product, self.id)?;
            }
            let branch = call.text("defaultBranch").unwrap_or(self.branch);
            let files = committing::some_files(call).await?;
            let made = make(call, &target, branch).await?;
            if let Some(lfs) = self.large_files(&target.place(), call.given()) {
                call.perform(Effect::HostCall(lfs)).await?;
            }
            let description = call.given().word("description");
            let committed = first_commit(call, &target, branch, files, Some(description)).await?;
            let mut output = output(call, &target, branch, &made);
            output["commitHash"] = committed["commit"].clone();
            if self.product == Some(ScmHost::AzureRepos) {
                output["repositoryId"] = made["hostId"].clone();
            }
            Ok(Outcome::output(output))
        })
    }
}

impl Publish {
    /// Lets a repository of Bitbucket Data Center keep large files, where the input asks for it.
    fn large_files(&self, place: &Place, given: Given<'_>) -> Option<HostCall> {
        let is_wanted = given.flag("enableLFS") == Some(true);
        if self.product != Some(ScmHost::BitbucketServer) || !is_wanted {
            return None;
        }
        let RepositoryId { owner, name } = &place.repository;
        // A part of Bitbucket of its own, beside the API whose address is configured.
        let path = [
            "rest", "git-lfs", "admin", "projects", owner, "repos", name, "enabled",
        ];
        let what = format!("Lets {place} keep large files by Git LFS.");
        let call = ApiCall::new(ApiMethod::Put, path);
        Some(HostCall::new(&place.host, owner, what, call))
    }
}

/// What publishing to a place is announced as.
pub(super) fn planned(place: impl std::fmt::Display) -> Planned {
    Planned {
        what: format!("Makes the repository {place}, and commits the files to it."),
        undo: Undo::By("Deletes the repository, if nothing was committed to it since.".to_owned()),
    }
}

/// Makes the repository; the portal must be allowed to.
pub(super) async fn make(call: &ActionCall<'_>, target: &Target, branch: &str) -> Result<Value> {
    Right::Create.check(target).await?;
    let made = Effect::Repository(CreateRepository {
        host: target.host.clone(),
        repository: target.repository.clone(),
        description: call.text("description").unwrap_or_default().to_owned(),
        visibility: match call.text("repoVisibility") {
            Some("public") => Visibility::Public,
            Some("internal") => Visibility::Internal,
            _ => Visibility::Private,
        },
        default_branch: branch.to_owned(),
        with_readme: call.flag("autoInit").unwrap_or(false),
        project: target::project(call.given(), target.product)?,
    });
    call.perform(made).await
}

/// Commits the files to a repository that has no commit yet; one that this step made is given its `description`, with
/// which the mark goes.
pub(super) async fn first_commit(
    call: &ActionCall<'_>,
    target: &Target,
    branch: &str,
    files: Vec<CommittedFile>,
    description: Option<&str>,
) -> Result<Value> {
    let message = call.text("gitCommitMessage");
    let message = message.unwrap_or(&call.services.config.commit_message);
    let commit = CommitFiles {
        host: target.host.clone(),
        repository: target.repository.clone(),
        branch: branch.to_owned(),
        base: None,
        was_there: description.is_none() && !is_made_here(call, target).await?,
        message: message.to_owned(),
        author: committing::author(call),
        is_author_left_out: false,
        at: call.services.clock.now(),
        files,
        description: description.map(str::to_owned),
    };
    call.perform(Effect::Commit(commit)).await
}

/// Whether an earlier step of the same run made the repository.
async fn is_made_here(call: &ActionCall<'_>, target: &Target) -> Result<bool> {
    let db = &call.services.db;
    let made = runs_with_effect(db, "repository", &target.place().to_string(), MAKERS).await?;
    Ok(made.contains(&call.run.id))
}

/// `remoteUrl` and `repoContentsUrl`.
pub(super) fn output(call: &ActionCall<'_>, target: &Target, branch: &str, made: &Value) -> Value {
    let remote_url = made["cloneUrl"].as_str().unwrap_or_default();
    let remote_url = match target.product {
        ScmHost::GitLab => remote_url.trim_end_matches(".git"),
        _ => remote_url,
    };
    json!({
        "remoteUrl": remote_url,
        "repoContentsUrl": contents_url(call, target, branch),
    })
}

/// Where the files are seen, as the product's pages have it; relative paths count from there.
fn contents_url(call: &ActionCall<'_>, target: &Target, branch: &str) -> String {
    let address = Address {
        repository: target.repository.clone(),
        revision: Some(branch.to_owned()),
        path: String::new(),
    };
    let integration = call.services.forges.integration(&target.host);
    let url = integration.map(|integration| address.view_url(integration));
    let url = url.unwrap_or_default();
    match target.product {
        // Backstage leaves the slash only on Gitea.
        ScmHost::Gitea => url,
        _ => url.trim_end_matches('/').to_owned(),
    }
}
