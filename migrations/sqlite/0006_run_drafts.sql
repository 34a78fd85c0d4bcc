-- Forms of templates that somebody has begun to fill in: kept for some days, so that nothing written is lost.

-- answers: the values a run would get; progress: what is only for the form (both JSON).
-- template_etag tells whether the template has changed since. sealed: the secrets, encrypted (JSON).
CREATE TABLE run_drafts (
    id TEXT NOT NULL PRIMARY KEY,
    user_ref TEXT NOT NULL,
    template_ref TEXT NOT NULL,
    template_etag TEXT NOT NULL,
    answers TEXT NOT NULL,
    progress TEXT NOT NULL,
    sealed TEXT,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX run_drafts_user_ref ON run_drafts (user_ref, updated_at);
CREATE INDEX run_drafts_expires_at ON run_drafts (expires_at);
