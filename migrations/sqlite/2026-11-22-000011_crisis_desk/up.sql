-- Crisispunt: one for each region that has one, with its hours and its terms. Times of day are minutes after midnight.
CREATE TABLE crisis_point (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL UNIQUE REFERENCES region (id),
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    after_hours_name TEXT NOT NULL,
    after_hours_phone TEXT NOT NULL,
    -- The provider that hosts the desk, if one does.
    host_provider_id BIGINT REFERENCES provider (id),
    opens_minute INTEGER NOT NULL CHECK (opens_minute BETWEEN 0 AND 1438),
    closes_minute INTEGER NOT NULL CHECK (closes_minute BETWEEN 1 AND 1439),
    good_friday BOOLEAN NOT NULL,
    liberation_day TEXT NOT NULL CHECK (liberation_day IN ('elk-jaar', 'lustrum', 'nooit')),
    -- Within how much time help is there, and within how much a provider answers.
    acute_minutes INTEGER NOT NULL CHECK (acute_minutes BETWEEN 1 AND 10080),
    urgent_minutes INTEGER NOT NULL CHECK (urgent_minutes BETWEEN 1 AND 10080),
    acute_answer_minutes INTEGER NOT NULL CHECK (acute_answer_minutes BETWEEN 1 AND 10080),
    urgent_answer_minutes INTEGER NOT NULL CHECK (urgent_answer_minutes BETWEEN 1 AND 10080),
    -- Whether acute terms run on when the desk is closed.
    acute_runs_always BOOLEAN NOT NULL,
    -- What is urgent and comes in later than this counts from the next opening.
    urgent_cutoff_minute INTEGER CHECK (urgent_cutoff_minute BETWEEN 0 AND 1439),
    hold_minutes INTEGER NOT NULL CHECK (hold_minutes BETWEEN 1 AND 10080),
    evaluation_days INTEGER NOT NULL CHECK (evaluation_days BETWEEN 1 AND 365),
    retention_months INTEGER NOT NULL CHECK (retention_months BETWEEN 1 AND 120),
    version INTEGER NOT NULL,
    CHECK (opens_minute < closes_minute)
);

-- What the point does for a municipality, and who does what it does not.
CREATE TABLE crisis_point_municipality (
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    municipality_id BIGINT NOT NULL REFERENCES municipality (id),
    ambulant BOOLEAN NOT NULL,
    stay BOOLEAN NOT NULL,
    own_team_name TEXT,
    own_team_phone TEXT,
    PRIMARY KEY (crisis_point_id, municipality_id),
    CHECK ((own_team_name IS NULL) = (own_team_phone IS NULL))
);

CREATE TABLE crisis_closing_day (
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    on_day DATE NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (crisis_point_id, on_day)
);

-- The category lists of a region. Records hold codes, so an item is ended and never removed. The effect is what the
-- program does with it: a question of triage that makes it acute, what is asked that is a stay.
CREATE TABLE crisis_list_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    list TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    effect TEXT,
    sort INTEGER NOT NULL,
    valid_from DATE,
    valid_to DATE,
    version INTEGER NOT NULL,
    UNIQUE (region_id, list, code),
    CHECK (valid_to >= valid_from)
);

-- Crisisaanvraag. Not in here, and nowhere else: a name, a date of birth, a number, an address, a telephone.
CREATE TABLE crisis_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    code TEXT NOT NULL UNIQUE CHECK (length(code) = 9),
    received_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    by_phone_note BOOLEAN NOT NULL,
    -- None: outside the region.
    municipality_id BIGINT REFERENCES municipality (id),
    age INTEGER CHECK (age BETWEEN 0 AND 22),
    age_group TEXT NOT NULL CHECK (age_group IN ('under12', 'from12')),
    referrer TEXT NOT NULL,
    asked TEXT NOT NULL,
    urgency TEXT NOT NULL CHECK (urgency IN ('acuut', 'spoedeisend')),
    -- Codes, with commas.
    safety TEXT NOT NULL,
    current_provider_id BIGINT REFERENCES provider (id),
    note TEXT CHECK (length(note) <= 280),
    handler TEXT NOT NULL CHECK (handler IN ('crisispunt', 'eigen-team', '24-uursdienst', 'eigen-regio')),
    -- Why the point took on what another must handle.
    taken_reason TEXT,
    respond_by TIMESTAMP,
    status TEXT NOT NULL CHECK (
        status IN ('nieuw', 'in-behandeling', 'toegewezen', 'loopt', 'afgesloten', 'doorverwezen')
    ),
    outcome TEXT CHECK (outcome IN ('hulp', 'geen')),
    none_reason TEXT,
    closed_at TIMESTAMP,
    referred_by_organisation_id BIGINT REFERENCES organisation (id),
    recorded_by TEXT NOT NULL,
    stripped_at TIMESTAMP,
    version INTEGER NOT NULL,
    CHECK (received_at <= recorded_at),
    CHECK ((age < 12) = (age_group = 'under12')),
    CHECK ((closed_at IS NULL) = (status NOT IN ('afgesloten', 'doorverwezen'))),
    CHECK (none_reason IS NULL OR outcome = 'geen'),
    CHECK (outcome IS NULL OR closed_at IS NOT NULL)
);
CREATE INDEX crisis_request_open ON crisis_request (region_id, respond_by) WHERE closed_at IS NULL;
CREATE INDEX crisis_request_by_receipt ON crisis_request (region_id, received_at);
CREATE INDEX crisis_request_by_municipality ON crisis_request (municipality_id, received_at);
CREATE INDEX crisis_request_to_strip ON crisis_request (closed_at) WHERE closed_at IS NOT NULL AND stripped_at IS NULL;

CREATE TABLE crisis_triage_answer (
    request_id BIGINT NOT NULL REFERENCES crisis_request (id),
    question TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('ja', 'nee', 'onbekend')),
    PRIMARY KEY (request_id, question)
);

-- Everything that happened: the timeline of a request, and what the board follows. Without a request it is news of the
-- point itself, such as a place that came free. After the term of the region its words go; that it happened stays.
CREATE TABLE crisis_request_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    request_id BIGINT REFERENCES crisis_request (id),
    at TIMESTAMP NOT NULL,
    event TEXT NOT NULL,
    detail TEXT,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL
);
CREATE INDEX crisis_request_event_by_request ON crisis_request_event (request_id, id);
CREATE INDEX crisis_request_event_by_region ON crisis_request_event (region_id, id);

CREATE TRIGGER crisis_request_event_keeps_what_happened
BEFORE UPDATE OF id, region_id, request_id, at, event ON crisis_request_event
BEGIN SELECT RAISE(ABORT, 'crisis_request_event is append-only'); END;
CREATE TRIGGER crisis_request_event_is_append_only_delete BEFORE DELETE ON crisis_request_event
BEGIN SELECT RAISE(ABORT, 'crisis_request_event is append-only'); END;

-- A request that is half filled in, so that nobody types it twice.
CREATE TABLE crisis_draft (
    id TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    payload TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX crisis_draft_by_user ON crisis_draft (user_id, updated_at);

-- Rooster: who holds which duty of the point.
CREATE TABLE crisis_shift (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    on_day DATE NOT NULL,
    duty TEXT NOT NULL CHECK (duty IN ('loket', 'verdeelpunt', 'registratie')),
    from_minute INTEGER NOT NULL CHECK (from_minute BETWEEN 0 AND 1438),
    until_minute INTEGER NOT NULL CHECK (until_minute BETWEEN 1 AND 1439),
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    version INTEGER NOT NULL,
    UNIQUE (crisis_point_id, on_day, duty, from_minute),
    CHECK (from_minute < until_minute)
);

-- Overdracht: what the next one must know.
CREATE TABLE crisis_handover (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    crisis_point_id BIGINT NOT NULL REFERENCES crisis_point (id),
    duty TEXT NOT NULL CHECK (duty IN ('loket', 'verdeelpunt', 'registratie')),
    at TIMESTAMP NOT NULL,
    note TEXT NOT NULL CHECK (length(note) <= 280),
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL
);
CREATE INDEX crisis_handover_by_time ON crisis_handover (crisis_point_id, at);

-- Inzet: what one child was given, or that it was given nothing. Of one request there can be several.
CREATE TABLE crisis_provision (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    request_id BIGINT NOT NULL REFERENCES crisis_request (id),
    kind TEXT NOT NULL CHECK (kind IN ('ambulant', 'crisisbed', 'pleegzorg', 'geen')),
    -- The stay that this ambulant help goes with; such a line is not counted as one of its own.
    companion_of BIGINT REFERENCES crisis_provision (id),
    provider_id BIGINT REFERENCES provider (id),
    place_id BIGINT,
    none_reason TEXT,
    started_on DATE,
    ended_on DATE,
    follow_up TEXT,
    perspective_team TEXT,
    voluntary BOOLEAN,
    evaluation_due_on DATE,
    evaluated_on DATE,
    plan_due_on DATE,
    plan_made_on DATE,
    extended_to DATE,
    extension_reason TEXT,
    version INTEGER NOT NULL,
    CHECK (none_reason IS NULL OR kind = 'geen'),
    CHECK (companion_of IS NULL OR kind = 'ambulant'),
    CHECK (kind <> 'geen' OR (provider_id IS NULL AND place_id IS NULL AND started_on IS NULL)),
    CHECK (ended_on IS NULL OR started_on IS NOT NULL),
    CHECK (ended_on >= started_on),
    CHECK ((extended_to IS NULL) = (extension_reason IS NULL))
);
CREATE INDEX crisis_provision_by_request ON crisis_provision (request_id);
CREATE INDEX crisis_provision_by_end ON crisis_provision (region_id, ended_on);
-- A child sleeps in one place.
CREATE UNIQUE INDEX crisis_provision_one_stay ON crisis_provision (request_id)
WHERE kind IN ('crisisbed', 'pleegzorg') AND started_on IS NOT NULL AND ended_on IS NULL;
