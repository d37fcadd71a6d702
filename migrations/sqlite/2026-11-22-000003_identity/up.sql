-- Users: how to reach them, when they were last here, and when somebody last looked at what they may do.
ALTER TABLE user_account ADD COLUMN email TEXT;
ALTER TABLE user_account ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE user_account ADD COLUMN last_sign_in_at TIMESTAMP;
ALTER TABLE user_account ADD COLUMN reviewed_at TIMESTAMP;
CREATE UNIQUE INDEX user_account_by_email ON user_account (email);
CREATE INDEX user_account_by_organisation ON user_account (organisation_id);
ALTER TABLE organisation ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Sessions know whether the second factor was given. Those that were there end.
DROP TABLE session;
CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    csrf TEXT NOT NULL,
    credential_version INTEGER NOT NULL,
    two_factors BOOLEAN NOT NULL,
    network TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);

-- Private keys are sealed from now on, and several can be in use. Keys and tokens that were there end.
DROP TABLE signing_key;
CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY NOT NULL,
    sealed_private_pem TEXT NOT NULL,
    public_pem TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    valid_until TIMESTAMP
);

CREATE TABLE second_factor (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES user_account (id),
    sealed_secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE recovery_code (
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- Links in mails. A link without a user goes to nobody: it stands in for an address that is not known.
CREATE TABLE mail_link (
    key_hash TEXT PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('invitation', 'reset')),
    user_id BIGINT REFERENCES user_account (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX mail_link_by_user ON mail_link (user_id);

-- Everything that was handed out from one first token. Ends as a whole.
CREATE TABLE token_family (
    id TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    name TEXT NOT NULL,
    credential_version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX token_family_by_user ON token_family (user_id);

CREATE TABLE refresh_token (
    token_hash TEXT PRIMARY KEY NOT NULL,
    family_id TEXT NOT NULL REFERENCES token_family (id),
    used_at TIMESTAMP
);
CREATE INDEX refresh_token_by_family ON refresh_token (family_id);

-- What a user account of a program has instead of a password.
CREATE TABLE service_account (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES user_account (id),
    client_id TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL
);
