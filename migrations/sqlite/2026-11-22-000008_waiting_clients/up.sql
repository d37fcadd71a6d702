-- Settings of the waiting list ------------------------------------------------

-- What a region chose; without a row the defaults of the program hold.
CREATE TABLE waiting_list_setting (
    region_id BIGINT PRIMARY KEY NOT NULL REFERENCES region (id),
    smallest_group INTEGER NOT NULL CHECK (smallest_group BETWEEN 5 AND 100),
    referrers_register BOOLEAN NOT NULL,
    retention_months INTEGER NOT NULL CHECK (retention_months BETWEEN 1 AND 120),
    version INTEGER NOT NULL
);

-- Days besides weekends and holidays on which no term runs.
CREATE TABLE waiting_list_closing_day (
    region_id BIGINT NOT NULL REFERENCES region (id),
    day DATE NOT NULL,
    PRIMARY KEY (region_id, day)
);

-- What goes for those who wait for a product; without a row: none of it.
CREATE TABLE waiting_product (
    product_id BIGINT PRIMARY KEY NOT NULL REFERENCES product (id),
    needs_body_decision BOOLEAN NOT NULL,
    first_help_soon BOOLEAN NOT NULL,
    successor_id BIGINT REFERENCES product (id),
    CHECK (successor_id IS NULL OR successor_id <> product_id)
);

-- The contracts of which those who wait were told that they ended. The key decides which of several servers tells.
CREATE TABLE waiting_contract_end (
    contract_id BIGINT NOT NULL REFERENCES contract (id),
    valid_until DATE NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (contract_id, valid_until)
);

-- Waiting clients --------------------------------------------------------------

-- A child that waits, under a code. A row is never removed, so that no code is given twice. Not in here, and nowhere
-- else: a name, a date of birth, a number, an address, a telephone.
CREATE TABLE waiting_client (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE CHECK (length(code) = 9),
    municipality_id BIGINT NOT NULL REFERENCES municipality (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    pc4 INTEGER,
    -- Year and quarter in one number: 20142 is the second quarter of 2014.
    birth_quarter INTEGER CHECK (birth_quarter % 10 BETWEEN 1 AND 4),
    -- Or the age on a day.
    age INTEGER CHECK (age BETWEEN 0 AND 22),
    age_on DATE,
    referrer TEXT NOT NULL,
    referred_on DATE NOT NULL,
    decided_on DATE,
    body_decided_on DATE,
    urgency TEXT NOT NULL CHECK (urgency IN ('regulier', 'urgent')),
    measure BOOLEAN NOT NULL,
    analysis_made BOOLEAN,
    first_choice TEXT NOT NULL CHECK (first_choice IN ('eerste-keus', 'vervanging')),
    possibly_wlz BOOLEAN,
    authority_elsewhere BOOLEAN,
    -- Codes, with commas.
    needs TEXT NOT NULL,
    max_distance_km INTEGER CHECK (max_distance_km > 0),
    bridging_wanted BOOLEAN NOT NULL,
    note TEXT CHECK (length(note) <= 280),
    status TEXT NOT NULL CHECK (
        status IN ('wachtend', 'in-behandeling', 'geaccepteerd', 'geplaatst', 'ingetrokken', 'elders-geplaatst', 'vervallen')
    ),
    waiting_since DATE NOT NULL,
    open_responses INTEGER NOT NULL CHECK (open_responses >= 0),
    hold_until DATE,
    hold_reason TEXT,
    registered_at TIMESTAMP NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    closed_at TIMESTAMP,
    stripped_at TIMESTAMP,
    version INTEGER NOT NULL,
    CHECK ((age IS NULL) = (age_on IS NULL)),
    CHECK (stripped_at IS NOT NULL OR (birth_quarter IS NULL) <> (age IS NULL)),
    CHECK ((status = 'in-behandeling') = (open_responses > 0)),
    CHECK ((hold_until IS NULL) = (hold_reason IS NULL)),
    CHECK (hold_until IS NULL OR status IN ('wachtend', 'in-behandeling')),
    CHECK ((closed_at IS NULL) = (status IN ('wachtend', 'in-behandeling', 'geaccepteerd'))),
    CHECK (stripped_at IS NULL OR closed_at IS NOT NULL)
);
CREATE INDEX waiting_client_open_by_product ON waiting_client (product_id) WHERE closed_at IS NULL;
CREATE INDEX waiting_client_open_by_municipality ON waiting_client (municipality_id) WHERE closed_at IS NULL;
CREATE INDEX waiting_client_by_municipality ON waiting_client (municipality_id, waiting_since);
CREATE INDEX waiting_client_by_organisation ON waiting_client (organisation_id, waiting_since);
CREATE INDEX waiting_client_to_strip ON waiting_client (closed_at) WHERE closed_at IS NOT NULL AND stripped_at IS NULL;

-- Products that are acceptable too, the most wanted first.
CREATE TABLE waiting_client_alternative (
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    rank INTEGER NOT NULL,
    PRIMARY KEY (client_id, product_id)
);
CREATE INDEX waiting_client_alternative_by_product ON waiting_client_alternative (product_id);

-- Providers the family wants, and those it does not.
CREATE TABLE waiting_client_provider (
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    wish TEXT NOT NULL CHECK (wish IN ('gewenst', 'uitgesloten')),
    rank INTEGER NOT NULL,
    PRIMARY KEY (client_id, provider_id)
);
CREATE INDEX waiting_client_provider_by_provider ON waiting_client_provider (provider_id);

-- Timeline: everything that happened, with why and by whom. After the term of the region its words go; the step stays.
CREATE TABLE waiting_client_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    at TIMESTAMP NOT NULL,
    day DATE NOT NULL,
    event TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT CHECK (length(note) <= 280),
    detail TEXT,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL
);
CREATE INDEX waiting_client_event_by_client ON waiting_client_event (client_id, id);
CREATE INDEX waiting_client_event_by_kind ON waiting_client_event (event, day);

CREATE TRIGGER waiting_client_event_keeps_its_steps
BEFORE UPDATE OF id, client_id, at, day, event, from_status, to_status, reason ON waiting_client_event
BEGIN SELECT RAISE(ABORT, 'waiting_client_event is append-only'); END;
CREATE TRIGGER waiting_client_event_is_append_only_delete BEFORE DELETE ON waiting_client_event
BEGIN SELECT RAISE(ABORT, 'waiting_client_event is append-only'); END;
