-- Toewijzingsbeleid: who goes first when places are scarce, one row for each time the region chose. Without a row the
-- defaults hold.
CREATE TABLE assignment_policy (
    region_id BIGINT NOT NULL REFERENCES region (id),
    version INTEGER NOT NULL,
    set_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    urgent_first BOOLEAN NOT NULL,
    measure_first BOOLEAN NOT NULL,
    ageing BOOLEAN NOT NULL,
    weeks_per_step INTEGER NOT NULL CHECK (weeks_per_step BETWEEN 0 AND 520),
    stay_weeks INTEGER NOT NULL CHECK (stay_weeks BETWEEN 1 AND 520),
    PRIMARY KEY (region_id, version)
);

-- Regionaal voorstel: one run over everybody who waits, whole. The problem and the answer are in the format of the
-- command toewijzen and name nobody; the body holds the counts and the versions.
CREATE TABLE regional_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    number INTEGER NOT NULL,
    made_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    -- The day it was planned for, so that of all servers one makes it.
    scheduled_on DATE,
    problem TEXT NOT NULL,
    answer TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (region_id, number),
    UNIQUE (region_id, scheduled_on)
);

-- Who a run is about, and the place it proposes. Goes when the client is stripped.
CREATE TABLE regional_run_line (
    run_id BIGINT NOT NULL REFERENCES regional_run (id),
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    -- 1: the care that is waited for, 2: bridging care.
    stage INTEGER NOT NULL CHECK (stage IN (1, 2)),
    offer_id BIGINT REFERENCES offer (id),
    class INTEGER NOT NULL,
    -- Hundredths of a week; of who stays waiting, what staying counts for.
    cost INTEGER NOT NULL,
    weeks INTEGER,
    past_norm BOOLEAN NOT NULL,
    PRIMARY KEY (run_id, client_id, stage)
);
CREATE INDEX regional_run_line_by_client ON regional_run_line (client_id);

-- Plaatsingsvraag: a provider is asked to respond to a client. The response itself goes the way of all responses.
CREATE TABLE regional_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    run_id BIGINT NOT NULL REFERENCES regional_run (id),
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    offer_id BIGINT NOT NULL REFERENCES offer (id),
    asked_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    -- No answer is expected after this moment.
    ends_at TIMESTAMP NOT NULL,
    UNIQUE (client_id, offer_id, run_id)
);
CREATE INDEX regional_request_by_offer ON regional_request (offer_id, ends_at);

-- On which day of the week a region has a run made by itself: 1 is Monday; none: never.
CREATE TABLE regional_schedule (
    region_id BIGINT PRIMARY KEY NOT NULL REFERENCES region (id),
    version INTEGER NOT NULL,
    weekday INTEGER CHECK (weekday BETWEEN 1 AND 7)
);

CREATE TRIGGER assignment_policy_is_append_only_update BEFORE UPDATE ON assignment_policy
BEGIN SELECT RAISE(ABORT, 'assignment_policy is append-only'); END;
CREATE TRIGGER assignment_policy_is_append_only_delete BEFORE DELETE ON assignment_policy
BEGIN SELECT RAISE(ABORT, 'assignment_policy is append-only'); END;
CREATE TRIGGER regional_run_is_never_changed BEFORE UPDATE ON regional_run
BEGIN SELECT RAISE(ABORT, 'regional_run is append-only'); END;
