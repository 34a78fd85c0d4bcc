//! A change of a descriptor, proposed as a pull request: committed to a branch of its own.
//!
//! Everything is found again by what it is about: who proposes the same twice, or again after a crash, gets
//! the branch and the pull request that are there.

use super::{Ingest, draft::Draft};
use crate::{
    entity::Severity,
    error::{Error, Result},
    forge::{
        FileChange, ForgeError, ForgeErrorKind, GitHost, NewCommit, NewPullRequest, Person,
        PullRequest, PullRequestState, Written,
    },
    store,
};

/// The trailer by which a commit of ours is known.
const MARK: &str = "Callboard-Proposal";

/// A change to propose.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The whole document as it is to be.
    pub document: String,
    /// What the change is called; one line.
    pub title: String,
    /// Why, in Markdown; may be empty.
    pub description: String,
    /// Who proposes it.
    pub author: Person,
    /// Who commits it.
    pub committer: Person,
}

impl Draft {
    /// Names a proposal of this content by this person, the same every time.
    fn mark(&self, proposal: &Proposal) -> String {
        let told = [
            self.entity_ref.as_str(),
            &self.blob,
            &proposal.document,
            &proposal.author.email,
        ];
        store::text_hash(told.join("\0").as_bytes())
            .chars()
            .take(16)
            .collect()
    }

    /// Only letters that every host takes in the name of a branch.
    fn branch_name(&self, mark: &str) -> String {
        let name = self
            .entity_ref
            .name()
            .replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        format!("callboard/{}-{}", name.trim_matches('-'), &mark[..8])
    }
}

impl Ingest {
    /// Opens a pull request with the change, or finds the one that is open. [`Error::Input`] if it is not good.
    pub async fn propose(&self, draft: &Draft, proposal: &Proposal) -> Result<PullRequest> {
        let review = self.review(draft, &proposal.document).await?;
        if let Some(fault) = review
            .diagnostics
            .iter()
            .find(|found| found.severity == Severity::Error)
        {
            return Err(Error::Input(format!(
                "The document is not taken as it is: {}",
                fault.reason
            )));
        }
        if !review.is_changed {
            return Err(Error::Input("Nothing is changed.".to_owned()));
        }
        let mark = draft.mark(proposal);
        let branch = draft.branch_name(&mark);
        commit_once(draft, proposal, &review.text, (&branch, &mark)).await?;
        Ok(open_once(draft, proposal, &branch).await?)
    }
}

/// Commits the change to a branch of its own, unless that was done.
async fn commit_once(
    draft: &Draft,
    proposal: &Proposal,
    text: &str,
    (branch, mark): (&str, &str),
) -> Result<()> {
    if is_committed(draft, branch, mark).await? {
        return Ok(());
    }
    let new = NewCommit {
        branch: branch.to_owned(),
        new_branch_from: Some(draft.branch.clone()),
        expected_parent: None,
        message: message(proposal, mark),
        author: Some(proposal.author.clone()),
        committer: Some(proposal.committer.clone()),
        at: None,
        files: vec![FileChange {
            path: draft.address.path.clone(),
            written: Written::Update {
                content: text.to_owned().into(),
                replaces: Some(draft.blob.clone()),
            },
        }],
    };
    match draft
        .forge
        .commit_files(&draft.address.repository, &new)
        .await
    {
        Ok(_) => Ok(()),
        // The answer may be lost and the thing done, or somebody was quicker with the same.
        Err(fault)
            if asks_to_look(&fault) && is_committed(draft, branch, mark).await.unwrap_or(false) =>
        {
            Ok(())
        }
        Err(fault) => Err(fault.into()),
    }
}

fn asks_to_look(fault: &ForgeError) -> bool {
    fault.may_be_done() || fault.kind == ForgeErrorKind::Conflict
}

/// Whether the branch holds this very proposal. [`Error::Conflict`] for a branch of that name by somebody else.
async fn is_committed(draft: &Draft, branch: &str, mark: &str) -> Result<bool> {
    let found = draft
        .forge
        .commit(&draft.address.repository, branch)
        .await?;
    match found.as_ref().map(|commit| commit.trailer(MARK)) {
        None => Ok(false),
        Some(Some(found)) if found == mark => Ok(true),
        Some(_) => Err(Error::Conflict(format!(
            "There is a branch {branch} already, which is not of this proposal. Remove it, or change the document."
        ))),
    }
}

fn message(proposal: &Proposal, mark: &str) -> String {
    let (title, description) = (proposal.title.trim(), proposal.description.trim());
    let description = if description.is_empty() {
        String::new()
    } else {
        format!("{description}\n\n")
    };
    format!("{title}\n\n{description}{MARK}: {mark}")
}

/// Opens the pull request of the branch, unless one is there.
async fn open_once(
    draft: &Draft,
    proposal: &Proposal,
    branch: &str,
) -> Result<PullRequest, ForgeError> {
    if let Some(open) = open_request(draft, branch).await? {
        return Ok(open);
    }
    let Person { name, email } = &proposal.author;
    let new = NewPullRequest {
        title: proposal.title.trim().to_owned(),
        body: format!(
            "{}\n\nProposed by {name} <{email}> in the portal, for `{}`.",
            proposal.description.trim(),
            draft.entity_ref
        )
        .trim_start()
        .to_owned(),
        head: branch.to_owned(),
        base: draft.branch.clone(),
        ..NewPullRequest::default()
    };
    match draft
        .forge
        .create_pull_request(&draft.address.repository, &new)
        .await
    {
        Err(fault) if asks_to_look(&fault) => match open_request(draft, branch).await {
            Ok(Some(open)) => Ok(open),
            _ => Err(fault),
        },
        other => other,
    }
}

async fn open_request(draft: &Draft, branch: &str) -> Result<Option<PullRequest>, ForgeError> {
    let all = draft
        .forge
        .pull_requests_of(&draft.address.repository, branch)
        .await?;
    let is_open =
        |found: &PullRequest| found.state == PullRequestState::Open && found.base == draft.branch;
    Ok(all.into_iter().find(is_open))
}
