-- The first pipeline of each commit a run made, as the host last told of it.
-- state: expected (none is seen yet), queued, running, green, red, stopped (somebody ended it, or it had nothing to
-- do), none (none came in time, or the host does not tell). next_look_at is empty when nothing more is to come.
CREATE TABLE run_pipelines (
    run_id TEXT COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_key TEXT COLLATE "C" NOT NULL,
    ordinal BIGINT NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    branch TEXT COLLATE "C" NOT NULL,
    commit_id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    web_url TEXT COLLATE "C",
    failed_job TEXT COLLATE "C",
    failed_step TEXT COLLATE "C",
    log_end TEXT COLLATE "C",
    fault TEXT COLLATE "C",
    committed_at BIGINT NOT NULL,
    looked_at BIGINT,
    next_look_at BIGINT,
    PRIMARY KEY (run_id, step_key, ordinal)
);
CREATE INDEX run_pipelines_next_look_at ON run_pipelines (next_look_at);
