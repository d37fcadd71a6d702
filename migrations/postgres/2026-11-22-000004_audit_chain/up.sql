-- Each line of the audit gets a place in a chain of hashes, shortly after it was written.
CREATE TABLE audit_seal (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    event_id BIGINT NOT NULL UNIQUE REFERENCES audit_event (id),
    sealed_at TIMESTAMP NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
CREATE TRIGGER audit_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX audit_event_by_time ON audit_event (at);
