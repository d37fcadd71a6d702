-- Wat-als: what the regional plan would be if something were otherwise. The changes are codes of the region; the body holds
-- counts, and names no child.
CREATE TABLE scenario (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    version INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    made_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    worked_out_at TIMESTAMP NOT NULL,
    changes TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX scenario_by_region ON scenario (region_id);

-- Reeks: one change of a scenario over a range of values. A scenario has one at most, and starting another replaces it.
CREATE TABLE scenario_sweep (
    scenario_id BIGINT PRIMARY KEY NOT NULL REFERENCES scenario (id),
    region_id BIGINT NOT NULL REFERENCES region (id),
    state TEXT NOT NULL CHECK (state IN ('bezig', 'klaar', 'gestopt', 'afgebroken', 'mislukt')),
    asked_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    change_range TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL CHECK (total >= 2),
    -- The server that works on it, and until when it has it without a sign of life.
    claimed_by TEXT,
    claimed_until TIMESTAMP,
    outcome TEXT,
    CHECK ((state = 'klaar') = (outcome IS NOT NULL))
);
-- One at a time.
CREATE UNIQUE INDEX scenario_sweep_one_at_a_time ON scenario_sweep (region_id) WHERE state = 'bezig';
