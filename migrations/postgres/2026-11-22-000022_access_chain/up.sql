-- How a look ended: what was asked was shown, or not because it does not exist for who asked.
ALTER TABLE access_event ADD COLUMN outcome TEXT NOT NULL DEFAULT 'getoond' CHECK (outcome IN ('getoond', 'geweigerd'));

-- Each line of the access log gets a place in a chain of hashes, shortly after it was written.
CREATE TABLE access_seal (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    event_id BIGINT NOT NULL UNIQUE REFERENCES access_event (id),
    sealed_at TIMESTAMP NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);

-- Where the chain starts since old lines were removed: the last seal that went. Nothing younger than five years goes.
CREATE TABLE access_cut (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    before TIMESTAMP NOT NULL,
    cut_at TIMESTAMP NOT NULL,
    CHECK (before <= cut_at - INTERVAL '5 years')
);

CREATE FUNCTION refuse_removing_young_looks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'access_event' THEN
        IF OLD.at >= (SELECT coalesce(max(before), '-infinity') FROM access_cut) THEN
            RAISE EXCEPTION 'access_event is append-only';
        END IF;
    ELSIF OLD.seq > (SELECT coalesce(max(seq), 0) FROM access_cut) THEN
        RAISE EXCEPTION 'access_seal is append-only';
    END IF;
    RETURN OLD;
END $$;

DROP TRIGGER access_event_is_append_only ON access_event;
CREATE TRIGGER access_event_is_append_only BEFORE UPDATE OR TRUNCATE ON access_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_event_keeps_young_looks BEFORE DELETE ON access_event
    FOR EACH ROW EXECUTE FUNCTION refuse_removing_young_looks();
CREATE TRIGGER access_seal_is_append_only BEFORE UPDATE OR TRUNCATE ON access_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_seal_keeps_young_looks BEFORE DELETE ON access_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_removing_young_looks();
CREATE TRIGGER access_cut_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_cut
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
