-- How a look ended: what was asked was shown, or not because it does not exist for who asked.
ALTER TABLE access_event ADD COLUMN outcome TEXT NOT NULL DEFAULT 'getoond' CHECK (outcome IN ('getoond', 'geweigerd'));

-- Each line of the access log gets a place in a chain of hashes, shortly after it was written.
CREATE TABLE access_seal (
    seq BIGINT PRIMARY KEY NOT NULL CHECK (seq > 0),
    event_id BIGINT NOT NULL UNIQUE REFERENCES access_event (id),
    sealed_at TIMESTAMP NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);

-- Where the chain starts since old lines were removed: the last seal that went. Nothing younger than five years goes.
CREATE TABLE access_cut (
    seq BIGINT PRIMARY KEY NOT NULL CHECK (seq > 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    before TIMESTAMP NOT NULL,
    cut_at TIMESTAMP NOT NULL,
    CHECK (datetime(before) <= datetime(cut_at, '-5 years'))
);

DROP TRIGGER access_event_is_append_only_delete;
CREATE TRIGGER access_event_is_append_only_delete BEFORE DELETE ON access_event
WHEN OLD.at >= (SELECT coalesce(max(before), '') FROM access_cut)
BEGIN SELECT RAISE(ABORT, 'access_event is append-only'); END;
CREATE TRIGGER access_seal_is_append_only_update BEFORE UPDATE ON access_seal
BEGIN SELECT RAISE(ABORT, 'access_seal is append-only'); END;
CREATE TRIGGER access_seal_is_append_only_delete BEFORE DELETE ON access_seal
WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM access_cut)
BEGIN SELECT RAISE(ABORT, 'access_seal is append-only'); END;
CREATE TRIGGER access_cut_is_append_only_update BEFORE UPDATE ON access_cut
BEGIN SELECT RAISE(ABORT, 'access_cut is append-only'); END;
CREATE TRIGGER access_cut_is_append_only_delete BEFORE DELETE ON access_cut
BEGIN SELECT RAISE(ABORT, 'access_cut is append-only'); END;
