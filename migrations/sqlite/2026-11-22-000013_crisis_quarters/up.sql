-- Gesloten kwartaal: the records as they were counted, with a hash over them. A correction makes the next version.
CREATE TABLE crisis_quarter (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 2199),
    quarter INTEGER NOT NULL CHECK (quarter BETWEEN 1 AND 4),
    version INTEGER NOT NULL CHECK (version > 0),
    closed_at TIMESTAMP NOT NULL,
    closed_by TEXT NOT NULL,
    -- The records as JSON, in the order of their codes.
    records TEXT NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    -- What differs from the version before, as JSON; none of the first.
    differences TEXT,
    UNIQUE (region_id, year, quarter, version),
    CHECK ((version = 1) = (differences IS NULL))
);

-- Openbare uitgave of a version of a quarter: what was shown of each count, and that the attack found nothing.
CREATE TABLE crisis_publication (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    crisis_quarter_id BIGINT NOT NULL UNIQUE REFERENCES crisis_quarter (id),
    method TEXT NOT NULL CHECK (method IN ('afgerond', 'exact')),
    -- Every cell with what is shown of it, as JSON.
    shown TEXT NOT NULL,
    -- How many counts could be worked out by the attack that ran before publishing: always none.
    leaks INTEGER NOT NULL CHECK (leaks = 0),
    hidden INTEGER NOT NULL,
    published_at TIMESTAMP NOT NULL,
    published_by TEXT NOT NULL
);
CREATE TRIGGER crisis_quarter_is_append_only_update BEFORE UPDATE ON crisis_quarter
BEGIN SELECT RAISE(ABORT, 'crisis_quarter is append-only'); END;
CREATE TRIGGER crisis_quarter_is_append_only_delete BEFORE DELETE ON crisis_quarter
BEGIN SELECT RAISE(ABORT, 'crisis_quarter is append-only'); END;
CREATE TRIGGER crisis_publication_is_append_only_update BEFORE UPDATE ON crisis_publication
BEGIN SELECT RAISE(ABORT, 'crisis_publication is append-only'); END;
CREATE TRIGGER crisis_publication_is_append_only_delete BEFORE DELETE ON crisis_publication
BEGIN SELECT RAISE(ABORT, 'crisis_publication is append-only'); END;
