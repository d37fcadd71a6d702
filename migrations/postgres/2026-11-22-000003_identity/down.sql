DROP TABLE service_account;
DROP TABLE refresh_token;
DROP TABLE token_family;
DROP TABLE mail_link;
DROP TABLE recovery_code;
DROP TABLE second_factor;

DROP TABLE signing_key;
CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY NOT NULL,
    private_pem TEXT NOT NULL,
    public_pem TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

DROP TABLE session;
CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    csrf TEXT NOT NULL,
    credential_version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);

ALTER TABLE organisation DROP COLUMN version;
DROP INDEX user_account_by_organisation;
DROP INDEX user_account_by_email;
ALTER TABLE user_account DROP COLUMN reviewed_at;
ALTER TABLE user_account DROP COLUMN last_sign_in_at;
ALTER TABLE user_account DROP COLUMN version;
ALTER TABLE user_account DROP COLUMN email;
