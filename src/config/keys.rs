//! The keys Callboard reads. The account at start names all others; a test compares them with `docs/CONFIG.md`.

/// Dotted keys; what is below them is read as well.
pub(super) const READ: &[&str] = &[
    "app.title",
    "app.baseUrl",
    "organization.name",
    "backend.baseUrl",
    "backend.listen",
    "backend.database.client",
    "backend.database.connection",
    "backend.database.prefix",
    "backend.database.ensureExists",
    "backend.database.pluginDivisionMode",
    "backend.database.schemaPrefix",
    "backend.cors",
    "backend.csp",
    "backend.reading.allow",
    "backend.auth.dangerouslyDisableDefaultAuthPolicy",
    "backend.auth.externalAccess",
    "backend.auth.keys",
    "auth.providers.guest",
    "auth.backstageTokenExpiration",
    "auth.omitIdentityTokenOwnershipClaim",
    "permission.enabled",
    "integrations.azure",
    "integrations.bitbucketCloud",
    "integrations.bitbucketServer",
    "integrations.gerrit",
    "integrations.github",
    "integrations.gitea",
    "integrations.gitlab",
    "catalog.rules",
    "catalog.locations",
    "catalog.readonly",
    "catalog.processingInterval",
    "catalog.orphanStrategy",
    "catalog.defaultLocationConflictStrategy",
    "scaffolder.concurrentTasksLimit",
    "scaffolder.defaultAuthor.name",
    "scaffolder.defaultAuthor.email",
    "scaffolder.defaultCommitMessage",
    "scaffolder.defaultEnvironment.parameters",
    "scaffolder.defaultEnvironment.secrets",
    "scaffolder.taskTimeout",
    "search.maxPageLimit",
    "search.maxTermLength",
    "callboard.dataDir",
    "callboard.encryptionKey",
    "callboard.faultIsolation",
    "callboard.kinds",
    "callboard.removals.share",
    "callboard.removals.minimum",
    "callboard.yamlMergeKeys",
    "callboard.fileRoots",
    "callboard.localGit",
    "callboard.scaffolder.actions",
    "callboard.scaffolder.allow",
    "callboard.scaffolder.hostMap",
    "callboard.scaffolder.manifests",
];

/// Whether a key is read, or leads to one that is.
pub(super) fn leads_to_read(key: &str) -> bool {
    READ.iter().any(|read| {
        read.strip_prefix(key)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Whether a key is read itself.
pub(super) fn is_read(key: &str) -> bool {
    READ.contains(&key)
}
