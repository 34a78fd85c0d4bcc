//! What a template is read as, and what it is rendered with.

use std::{cell::Cell, collections::BTreeMap};

/// Which delimiters and names a template uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// `${{ … }}`
    #[default]
    Backstage,
    /// `{{ … }}`, with `True`, `False`, `None` and Python's methods: `cookiecutterCompat` of `fetch:template`.
    Cookiecutter,
}

/// How a template is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Syntax {
    /// Its delimiters.
    pub dialect: Dialect,
    /// Whether the end of the line behind a tag is dropped.
    pub trim_blocks: bool,
    /// Whether the blanks before a tag at the start of a line are dropped.
    pub lstrip_blocks: bool,
}

/// What a template is rendered with.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The variables: `parameters`, `steps`, `values`, …
    pub variables: &'a serde_json::Map<String, serde_json::Value>,
    /// Which hosts `parseRepoUrl` knows.
    pub hosts: &'a RepoHosts,
    /// How the run stands; without it there are no `always()` and `failure()`.
    pub outcome: Option<&'a Outcome>,
    /// Where `random` begins.
    pub seed: u64,
}

/// Which hosts `parseRepoUrl` knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepoHosts {
    /// Any, whatever its URLs say: where there is no configuration.
    Any,
    /// Those with an integration; the parts their URLs need are checked.
    Configured(BTreeMap<String, HostKind>),
}

/// What kind of host an integration is for, as far as its repository URLs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// Needs workspace, project and repo.
    BitbucketCloud,
    /// Needs project and repo.
    BitbucketServer,
    /// Needs project and repo.
    Azure,
    /// Needs owner and repo, or a project.
    GitLab,
    /// Needs a repo.
    Gitea,
    /// Needs a repo.
    Gerrit,
    /// Needs owner and repo.
    Other,
}

/// How a run stands, for the condition of a step.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Whether a step has failed.
    pub has_failed: bool,
    /// Whether the condition has asked: then it decides, also behind a failed step.
    pub was_asked: Cell<bool>,
}

impl Setting<'_> {
    pub(super) fn always(&self) -> bool {
        self.ask();
        true
    }

    pub(super) fn failure(&self) -> bool {
        self.ask();
        self.outcome.is_some_and(|outcome| outcome.has_failed)
    }

    fn ask(&self) {
        if let Some(outcome) = self.outcome {
            outcome.was_asked.set(true);
        }
    }
}
