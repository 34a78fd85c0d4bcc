//! The inputs that several of GitHub's actions share, as Backstage's have them.

/// To be chosen from.
pub(super) const FIELDS: &str = r#"
    repoUrl: string -- The repository: github.com?owner=…&repo=…
    token: string -- A token to ask GitHub with, in place of the configured one
    description: string -- What it is, in a few words
    homepage: string -- Its page elsewhere
    access: string -- Who gets every right to it: a user, or organisation/team
    repoVisibility: "private" | "public" | "internal" -- Who sees it; default: private
    defaultBranch: string = "master" -- The branch that counts
    sourcePath: string -- The folder of the workspace that is published; default: all of it
    gitCommitMessage: string = "initial commit" -- What the first commit says
    gitAuthorName: string = "Scaffolder" -- Who wrote it
    gitAuthorEmail: string -- And their address
    protectDefaultBranch: boolean = true -- Whether the default branch takes changes by pull request only
    protectEnforceAdmins: boolean = true -- Whether that binds administrators, too
    enforceAdmins: boolean = true -- Whether the rules bind administrators, too
    branch: string -- The branch; default: the repository's
    requiredApprovingReviewCount: number -- How many must approve a pull request, 0 to 6; default: 1
    requireCodeOwnerReviews: boolean -- Whether owners of the code must be among them
    dismissStaleReviews: boolean -- Whether an approval is void when something is pushed after it
    requireLastPushApproval: boolean = false -- Whether the newest push must be approved by somebody else
    bypassPullRequestAllowances: {apps: string[], users: string[], teams: string[]} -- Who may push without a pull request
    restrictions: {apps: string[], users*: string[], teams*: string[]} -- Who alone may push
    requiredStatusCheckContexts: string[] -- Checks that must have passed
    requireBranchesToBeUpToDate: boolean = true -- Whether a branch must hold all of its base before it is merged
    requiredConversationResolution: boolean -- Whether every conversation must be resolved
    requiredCommitSigning: boolean -- Whether commits must be signed
    requiredLinearHistory: boolean -- Whether merge commits are refused
    blockCreations: boolean = false -- Whether the restrictions hold for new branches, too
    deleteBranchOnMerge: boolean = false -- Whether a branch goes when its pull request is merged
    allowMergeCommit: boolean = true -- Whether pull requests may be merged by a merge commit
    allowSquashMerge: boolean = true -- Whether they may be squashed
    squashMergeCommitTitle: "PR_TITLE" | "COMMIT_OR_PR_TITLE" = "COMMIT_OR_PR_TITLE" -- The title of a squashed commit
    squashMergeCommitMessage: "PR_BODY" | "COMMIT_MESSAGES" | "BLANK" = "COMMIT_MESSAGES" -- The text of a squashed commit
    allowRebaseMerge: boolean = true -- Whether they may be rebased
    allowAutoMerge: boolean = false -- Whether they may be merged by themselves when all is well
    allowUpdateBranch: boolean = false -- Whether GitHub offers to bring their branch up to date
    collaborators: ({access*: string, user*: string} | {access*: string, team*: string})[] -- Users and teams, and what each may do
    hasProjects: boolean -- Whether it has projects
    hasWiki: boolean = true -- Whether it has a wiki
    hasIssues: boolean = true -- Whether it has issues
    autoInit: boolean = false -- Whether a first commit with a read-me is made
    topics: string[] -- Words it is found by
    repoVariables: {*: string} -- Variables its workflows see
    secrets: {*: string} -- Secrets its workflows see
    oidcCustomization: {useDefault: boolean = true, includeClaimKeys: string[]} -- What its workflows' OpenID Connect tokens say of it
    customProperties: {*: string | string[]} -- Values of the organisation's custom properties
    subscribe: boolean -- Whether the token's user watches it
    workflowAccess: "none" | "organization" | "user" -- Whose workflows may use its workflows
"#;

/// The output of what makes or fills a repository.
pub(super) const OUTPUT: &str = "
    remoteUrl: string -- Where it is cloned
    repoContentsUrl: string -- Where its files are seen
    commitHash: string -- The first commit
";
