-- The catalog: where documents come from, what became of them, and what they were.

-- Locations registered over the API or a page; those of the configuration are not here.
CREATE TABLE locations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    type TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    presence TEXT COLLATE "C",
    location_entity_ref TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    UNIQUE (type, target)
);

-- The text of every version of every file that was read, compressed (lz4).
CREATE TABLE texts (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    content BYTEA NOT NULL
);

-- Every file a location led to, and what became of each of its documents (JSON).
CREATE TABLE files (
    location_ref TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    origin TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    text_hash TEXT COLLATE "C",
    etag TEXT COLLATE "C",
    error TEXT COLLATE "C",
    documents TEXT COLLATE "C" NOT NULL,
    dependencies TEXT COLLATE "C" NOT NULL,
    read_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Documents that lost to an earlier location with the same ref; they take over when it lets go.
CREATE TABLE conflicts (
    entity_ref TEXT COLLATE "C" NOT NULL,
    location_ref TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (entity_ref, location_ref)
);
CREATE INDEX conflicts_location_ref ON conflicts (location_ref);

-- The processed document of each entity. change_id rises with every visible change and is the feed.
CREATE TABLE entities (
    entity_ref TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    uid TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    source_hash TEXT COLLATE "C" NOT NULL,
    location_key TEXT COLLATE "C",
    origin TEXT COLLATE "C" NOT NULL,
    line BIGINT NOT NULL,
    targets TEXT COLLATE "C",
    errors TEXT COLLATE "C",
    processed BOOLEAN NOT NULL,
    orphan BOOLEAN NOT NULL,
    missing_since BIGINT,
    deleted_at BIGINT,
    deleted_by TEXT COLLATE "C",
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
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity_ref TEXT COLLATE "C" NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    caused_by TEXT COLLATE "C" NOT NULL,
    deleted BOOLEAN NOT NULL,
    location_key TEXT COLLATE "C",
    text_hash TEXT COLLATE "C",
    line BIGINT NOT NULL,
    lines BIGINT NOT NULL
);
CREATE INDEX entity_versions_entity_ref ON entity_versions (entity_ref, id);
CREATE INDEX entity_versions_at ON entity_versions (at);
