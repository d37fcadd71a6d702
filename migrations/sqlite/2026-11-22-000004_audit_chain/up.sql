-- Each line of the audit gets a place in a chain of hashes, shortly after it was written.
CREATE TABLE audit_seal (
    seq BIGINT PRIMARY KEY NOT NULL CHECK (seq > 0),
    event_id BIGINT NOT NULL UNIQUE REFERENCES audit_event (id),
    sealed_at TIMESTAMP NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
CREATE TRIGGER audit_seal_is_append_only_update BEFORE UPDATE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'audit_seal is append-only'); END;
CREATE TRIGGER audit_seal_is_append_only_delete BEFORE DELETE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'audit_seal is append-only'); END;
CREATE INDEX audit_event_by_time ON audit_event (at);
