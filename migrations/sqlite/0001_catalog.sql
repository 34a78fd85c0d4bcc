-- The catalog: where documents come from, what became of them, and what they were.

-- Locations registered over the API or a page; those of the configuration are not here.
CREATE TABLE locations (
    id TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    target TEXT NOT NULL,
    presence TEXT,
    location_entity_ref TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (type, target)
);

-- The text of every version of every file that was read, compressed (lz4).
CREATE TABLE texts (
    hash TEXT NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
);

-- Every file a location led to, and what became of each of its documents (JSON).
CREATE TABLE files (
    location_ref TEXT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    text_hash TEXT,
    etag TEXT,
    error TEXT,
    documents TEXT NOT NULL,
    dependencies TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Documents that lost to an earlier location with the same ref; they take over when it lets go.
CREATE TABLE conflicts (
    entity_ref TEXT NOT NULL,
    location_ref TEXT NOT NULL,
    PRIMARY KEY (entity_ref, location_ref)
);
CREATE INDEX conflicts_location_ref ON conflicts (location_ref);

-- The processed document of each entity. change_id rises with every visible change and is the feed.
CREATE TABLE entities (
    entity_ref TEXT NOT NULL PRIMARY KEY,
    uid TEXT NOT NULL,
    document TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    location_key TEXT,
    origin TEXT NOT NULL,
    line BIGINT NOT NULL,
    targets TEXT,
    errors TEXT,
    processed BOOLEAN NOT NULL,
    orphan BOOLEAN NOT NULL,
    missing_since BIGINT,
    deleted_at BIGINT,
    deleted_by TEXT,
    updated_at BIGINT NOT NULL,
    change_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX entities_uid ON entities (uid);
CREATE INDEX entities_location_key ON entities (location_key);
CREATE INDEX entities_change_id ON entities (change_id);
CREATE INDEX entities_missing_since ON entities (missing_since) WHERE missing_since IS NOT NULL;
CREATE INDEX entities_deleted_at ON entities (deleted_at) WHERE deleted_at IS NOT NULL;

-- Every version of every authored document: where its text lies in which version of its file.
CREATE TABLE entity_versions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    entity_ref TEXT NOT NULL,
    uid TEXT NOT NULL,
    at BIGINT NOT NULL,
    cause TEXT NOT NULL,
    caused_by TEXT NOT NULL,
    deleted BOOLEAN NOT NULL,
    location_key TEXT,
    text_hash TEXT,
    line BIGINT NOT NULL,
    lines BIGINT NOT NULL
);
CREATE INDEX entity_versions_entity_ref ON entity_versions (entity_ref, id);
CREATE INDEX entity_versions_at ON entity_versions (at);
