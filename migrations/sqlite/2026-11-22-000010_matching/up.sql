-- Inzage: who looked at which waiting client, why, and from where (NEN 7513). Nothing refers to it and it refers to
-- nothing, so that it outlives what it is about.
CREATE TABLE access_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at TIMESTAMP NOT NULL,
    region_id BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    user_id BIGINT,
    user_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    organisation TEXT NOT NULL,
    roles TEXT NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('C', 'R', 'U', 'D', 'E')),
    purpose TEXT NOT NULL,
    rule TEXT NOT NULL,
    -- The codes of the waiting clients it is about, with a space between.
    subjects TEXT NOT NULL,
    subject_count INTEGER NOT NULL,
    object_id TEXT NOT NULL,
    -- What was asked, as JSON.
    question TEXT
);
CREATE INDEX access_event_by_time ON access_event (region_id, at);

CREATE TRIGGER access_event_is_append_only_update BEFORE UPDATE ON access_event
BEGIN SELECT RAISE(ABORT, 'access_event is append-only'); END;
CREATE TRIGGER access_event_is_append_only_delete BEFORE DELETE ON access_event
BEGIN SELECT RAISE(ABORT, 'access_event is append-only'); END;

-- What an offer is good at and what it cannot take on: codes of needs with a comma between.
ALTER TABLE offer ADD COLUMN fitted_needs TEXT NOT NULL DEFAULT '';
ALTER TABLE offer ADD COLUMN excluded_needs TEXT NOT NULL DEFAULT '';
