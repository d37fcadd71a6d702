-- Afgesproken aandeel: what part of the crisis requests a provider takes. Without a municipality or an age group it holds
-- for all of them.
CREATE TABLE crisis_share (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    municipality_id BIGINT REFERENCES municipality (id),
    age_group TEXT CHECK (age_group IN ('under12', 'from12')),
    weight INTEGER NOT NULL CHECK (weight BETWEEN 0 AND 1000),
    valid_from DATE NOT NULL,
    valid_to DATE,
    version INTEGER NOT NULL,
    CHECK (valid_to >= valid_from)
);
CREATE UNIQUE INDEX crisis_share_begins_once
ON crisis_share (crisis_point_id, provider_id, COALESCE(municipality_id, 0), COALESCE(age_group, ''), valid_from);

-- A provider without room for ambulant crisis help says so beforehand, until a day.
CREATE TABLE crisis_capacity (
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    full_until DATE NOT NULL,
    told_at TIMESTAMP NOT NULL,
    told_by TEXT NOT NULL,
    PRIMARY KEY (crisis_point_id, provider_id)
);

-- The row that a division of a point takes first, so that two at once are counted one after the other.
CREATE TABLE crisis_division (
    crisis_point_id BIGINT PRIMARY KEY NOT NULL REFERENCES crisis_point (id),
    divided INTEGER NOT NULL
);

-- Toewijzing: a request that is offered to a provider. Who could have taken it, when the answer is due and why this
-- provider are kept as they were, and never changed.
CREATE TABLE crisis_assignment (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    request_id BIGINT NOT NULL REFERENCES crisis_request (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    offered_at TIMESTAMP NOT NULL,
    offered_by TEXT NOT NULL,
    answer_by TIMESTAMP NOT NULL,
    choice TEXT NOT NULL CHECK (choice IN ('beurt', 'huidige-aanbieder', 'afgeweken')),
    -- Provider and weight, with commas.
    pool TEXT NOT NULL,
    explanation TEXT NOT NULL,
    overruled_reason TEXT,
    status TEXT NOT NULL CHECK (status IN ('aangeboden', 'aangenomen', 'geweigerd', 'verlopen', 'ingetrokken')),
    refusal TEXT,
    answered_at TIMESTAMP,
    answered_by TEXT,
    version INTEGER NOT NULL,
    CHECK ((overruled_reason IS NOT NULL) = (choice = 'afgeweken')),
    CHECK ((refusal IS NOT NULL) = (status = 'geweigerd')),
    CHECK ((answered_at IS NULL) = (status = 'aangeboden'))
);
CREATE UNIQUE INDEX crisis_assignment_one_at_a_time ON crisis_assignment (request_id)
WHERE status IN ('aangeboden', 'aangenomen');
CREATE INDEX crisis_assignment_by_request ON crisis_assignment (request_id, id);
CREATE INDEX crisis_assignment_by_provider ON crisis_assignment (provider_id, status, offered_at);
CREATE INDEX crisis_assignment_by_point ON crisis_assignment (crisis_point_id, status, offered_at);
CREATE INDEX crisis_assignment_open ON crisis_assignment (answer_by) WHERE status = 'aangeboden';

CREATE TRIGGER crisis_assignment_keeps_its_terms
BEFORE UPDATE OF request_id, provider_id, offered_at, answer_by, choice, pool, explanation, overruled_reason
ON crisis_assignment
BEGIN SELECT RAISE(ABORT, 'the terms of an assignment do not change'); END;

-- Crisisplaats.
CREATE TABLE crisis_place (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    kind TEXT NOT NULL CHECK (kind IN ('crisisbed', 'pleegzorg')),
    -- None: for both.
    age_group TEXT CHECK (age_group IN ('under12', 'from12')),
    name TEXT NOT NULL,
    -- Who live together; places with the same group of the same provider.
    living_group TEXT NOT NULL,
    phone TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('vrij', 'vastgehouden', 'bezet', 'buiten-gebruik')),
    reason TEXT,
    out_until DATE,
    expected_free_on DATE,
    confirmed_at TIMESTAMP NOT NULL,
    confirmed_by TEXT NOT NULL,
    held_for_request BIGINT REFERENCES crisis_request (id),
    held_until TIMESTAMP,
    held_by TEXT,
    version INTEGER NOT NULL,
    UNIQUE (crisis_point_id, provider_id, name),
    CHECK ((state = 'vastgehouden') = (held_for_request IS NOT NULL)),
    CHECK ((held_for_request IS NULL) = (held_until IS NULL)),
    CHECK ((held_for_request IS NULL) = (held_by IS NULL)),
    CHECK ((state = 'buiten-gebruik') = (reason IS NOT NULL)),
    CHECK (out_until IS NULL OR state = 'buiten-gebruik'),
    CHECK (expected_free_on IS NULL OR state = 'bezet')
);
CREATE INDEX crisis_place_by_provider ON crisis_place (provider_id);
-- In a place stays one child.
CREATE UNIQUE INDEX crisis_provision_one_child ON crisis_provision (place_id)
WHERE place_id IS NOT NULL AND ended_on IS NULL;

-- The coded notes of a child that matter for who it lives with. They go when the stay ends.
CREATE TABLE crisis_stay_note (
    provision_id BIGINT NOT NULL REFERENCES crisis_provision (id),
    note TEXT NOT NULL,
    PRIMARY KEY (provision_id, note)
);

-- One reminder a day to confirm one's places.
CREATE TABLE crisis_place_reminder (
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    on_day DATE NOT NULL,
    PRIMARY KEY (crisis_point_id, provider_id, on_day)
);
