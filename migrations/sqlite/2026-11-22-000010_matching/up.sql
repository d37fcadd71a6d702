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

-- Gewichten: how a region weighs, one row for each time it changed its mind. Without a row the defaults hold.
CREATE TABLE matching_weights (
    region_id BIGINT NOT NULL REFERENCES region (id),
    version INTEGER NOT NULL,
    set_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    open_end INTEGER NOT NULL,
    unknown_wait INTEGER NOT NULL,
    stale INTEGER NOT NULL,
    per_10_km INTEGER NOT NULL,
    unknown_distance INTEGER NOT NULL,
    substitute INTEGER NOT NULL,
    not_preferred INTEGER NOT NULL,
    per_unmet_need INTEGER NOT NULL,
    PRIMARY KEY (region_id, version)
);

-- Voorstel: what was proposed for a client, with all that was known then. Goes when its client is stripped.
CREATE TABLE client_proposal (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    number INTEGER NOT NULL,
    made_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    rules_version INTEGER NOT NULL,
    weights_version INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (client_id, number)
);

-- Overbruggingszorg: help during the wait. It never ends the wait.
CREATE TABLE bridging_care (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    cause TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    end_reason TEXT,
    note TEXT CHECK (length(note) <= 280),
    made_at TIMESTAMP NOT NULL,
    version INTEGER NOT NULL,
    CHECK ((ends_on IS NULL) = (end_reason IS NULL)),
    CHECK (ends_on >= starts_on)
);
CREATE INDEX bridging_care_by_client ON bridging_care (client_id);
CREATE UNIQUE INDEX bridging_care_running ON bridging_care (client_id, provider_id, product_id) WHERE ends_on IS NULL;

-- Bemiddeling: the steps taken for who waits past a norm. The key decides which of two takes a step.
CREATE TABLE mediation_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    begun_at TIMESTAMP NOT NULL,
    due_by TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    closed_at TIMESTAMP,
    outcome TEXT,
    note TEXT CHECK (length(note) <= 280),
    closed_by_name TEXT,
    closed_by_organisation TEXT,
    UNIQUE (client_id, number),
    CHECK ((closed_at IS NULL) = (outcome IS NULL))
);

CREATE TRIGGER matching_weights_is_append_only_update BEFORE UPDATE ON matching_weights
BEGIN SELECT RAISE(ABORT, 'matching_weights is append-only'); END;
CREATE TRIGGER matching_weights_is_append_only_delete BEFORE DELETE ON matching_weights
BEGIN SELECT RAISE(ABORT, 'matching_weights is append-only'); END;
CREATE TRIGGER client_proposal_is_never_changed BEFORE UPDATE ON client_proposal
BEGIN SELECT RAISE(ABORT, 'client_proposal is append-only'); END;
