-- Bevestiging: a provider says that what a quarter holds of its help is right. The hash is over that help as it then was.
CREATE TABLE crisis_quarter_confirmation (
    id BIGSERIAL PRIMARY KEY,
    region_id BIGINT NOT NULL REFERENCES region (id),
    year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 2199),
    quarter INTEGER NOT NULL CHECK (quarter BETWEEN 1 AND 4),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    confirmed_at TIMESTAMP NOT NULL,
    confirmed_by TEXT NOT NULL
);
CREATE INDEX crisis_quarter_confirmation_by_quarter
ON crisis_quarter_confirmation (region_id, year, quarter, provider_id);
CREATE TRIGGER crisis_quarter_confirmation_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON crisis_quarter_confirmation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
