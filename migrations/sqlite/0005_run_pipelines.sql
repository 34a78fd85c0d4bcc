-- The first pipeline of each commit a run made, as the host last told of it.
-- state: expected (none is seen yet), queued, running, green, red, stopped (somebody ended it, or it had nothing to
-- do), none (none came in time, or the host does not tell). next_look_at is empty when nothing more is to come.
CREATE TABLE run_pipelines (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_key TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    host TEXT NOT NULL,
    owner TEXT NOT NULL,
    repository TEXT NOT NULL,
    branch TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    state TEXT NOT NULL,
    name TEXT,
    web_url TEXT,
    failed_job TEXT,
    failed_step TEXT,
    log_end TEXT,
    fault TEXT,
    committed_at BIGINT NOT NULL,
    looked_at BIGINT,
    next_look_at BIGINT,
    PRIMARY KEY (run_id, step_key, ordinal)
);
CREATE INDEX run_pipelines_next_look_at ON run_pipelines (next_look_at);
