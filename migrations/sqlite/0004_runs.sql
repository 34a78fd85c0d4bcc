-- Runs of templates (tasks, to Backstage's clients): what was asked for, how far each is, what it did outside.

-- status: open, processing, waiting, completed, failed. A run with undoes takes back what that run made.
-- lease_holder executes it until lease_until; whoever finds that passed goes on in its place.
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    undoes TEXT REFERENCES runs (id),
    status TEXT NOT NULL,
    spec TEXT NOT NULL,
    template_ref TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    heartbeat_at BIGINT,
    lease_holder TEXT,
    lease_until BIGINT,
    attempt BIGINT NOT NULL,
    cancel_requested BOOLEAN NOT NULL
);
CREATE INDEX runs_created_at ON runs (created_at, id);
CREATE INDEX runs_status ON runs (status);
CREATE INDEX runs_created_by ON runs (created_by);
CREATE INDEX runs_template_ref ON runs (template_ref);
CREATE INDEX runs_undoes ON runs (undoes);

-- The journal of steps. step_key is the step's id, followed by [key] for one pass of an `each`.
-- items (of `each`), input and sources (the commit of everything fetched) are fixed when it starts. All JSON.
CREATE TABLE run_steps (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_key TEXT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    items TEXT,
    input TEXT,
    sources TEXT NOT NULL,
    output TEXT,
    error TEXT,
    attempt BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (run_id, step_key)
);

-- The journal of effects: what a step does outside, written before it is done.
-- state: intent, done, undone. effect, observed (what was there before) and outcome are JSON.
CREATE TABLE run_effects (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_key TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    effect TEXT NOT NULL,
    observed TEXT NOT NULL,
    outcome TEXT,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, step_key, ordinal)
);

-- What clients are told, in the order it happened. body is JSON.
CREATE TABLE run_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX run_events_run_id ON run_events (run_id, id);

-- What a step waits for: a timer (due_at), or a person's answer.
CREATE TABLE run_waits (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    question TEXT NOT NULL,
    due_at BIGINT,
    answer TEXT,
    answered_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, step_key)
);
CREATE INDEX run_waits_due_at ON run_waits (due_at);

-- Encrypted; erased when the run ends.
CREATE TABLE run_secrets (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
);

-- The files after each step, by the hash of their content, so that any node can go on.
CREATE TABLE run_workspaces (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_key TEXT NOT NULL,
    manifest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, step_key)
);

-- Compressed (lz4); encrypted as well where the run carries secrets.
CREATE TABLE run_blobs (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    is_sealed BOOLEAN NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (run_id, hash)
);
