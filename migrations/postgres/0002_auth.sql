-- Signing in: keys that sign tokens, what was said of whom, and what people chose.

-- Keys of user tokens. private_key is encrypted; NULL where it never leaves the process that made it.
CREATE TABLE signing_keys (
    kid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    public_key TEXT COLLATE "C" NOT NULL,
    private_key TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX signing_keys_expires_at ON signing_keys (expires_at);

-- The claims (JSON) of everyone who signed in, as of the last time.
CREATE TABLE user_info (
    user_entity_ref TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    claims TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What people keep in the portal: starred entities, theme, home page. Values are JSON.
CREATE TABLE user_settings (
    user_entity_ref TEXT COLLATE "C" NOT NULL,
    bucket TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_entity_ref, bucket, key)
);
