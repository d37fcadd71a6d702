-- Product book ---------------------------------------------------------------

CREATE TABLE region (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    website TEXT NOT NULL,
    fresh_days INTEGER NOT NULL CHECK (fresh_days BETWEEN 1 AND 365),
    stale_days INTEGER NOT NULL CHECK (stale_days > fresh_days AND stale_days <= 730),
    intake_norm_weeks INTEGER NOT NULL CHECK (intake_norm_weeks BETWEEN 0 AND 520),
    treatment_norm_weeks INTEGER NOT NULL CHECK (treatment_norm_weeks BETWEEN 0 AND 520),
    version INTEGER NOT NULL
);

CREATE TABLE municipality (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    province TEXT NOT NULL,
    lat DOUBLE NOT NULL,
    lon DOUBLE NOT NULL,
    valid_from DATE,
    valid_until DATE,
    version INTEGER NOT NULL,
    CHECK (valid_from IS NULL OR valid_until IS NULL OR valid_from <= valid_until)
);

CREATE TABLE segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (region_id, code)
);

CREATE TABLE region_municipality (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    municipality_id BIGINT NOT NULL REFERENCES municipality (id),
    segment_id BIGINT REFERENCES segment (id),
    clients TEXT NOT NULL CHECK (clients IN ('all', 'new', 'existing')),
    valid_from DATE,
    valid_until DATE,
    inhabitants INTEGER,
    young_people INTEGER,
    version INTEGER NOT NULL,
    CHECK (valid_from IS NULL OR valid_until IS NULL OR valid_from <= valid_until)
);
CREATE INDEX region_municipality_by_region ON region_municipality (region_id);
CREATE INDEX region_municipality_by_municipality ON region_municipality (municipality_id);

CREATE TABLE postcode (
    pc4 INTEGER PRIMARY KEY NOT NULL,
    place TEXT NOT NULL,
    municipality_id BIGINT NOT NULL REFERENCES municipality (id),
    lat DOUBLE NOT NULL,
    lon DOUBLE NOT NULL
);

CREATE TABLE product (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    segment_id BIGINT NOT NULL REFERENCES segment (id),
    category INTEGER NOT NULL CHECK (category BETWEEN 40 AND 55),
    kind TEXT NOT NULL CHECK (kind IN ('ambulant', 'dag', 'verblijf', 'crisis', 'respijt', 'maatregel')),
    min_age INTEGER NOT NULL,
    max_age INTEGER NOT NULL,
    intake_norm_weeks INTEGER,
    treatment_norm_weeks INTEGER,
    placed_by_matching BOOLEAN NOT NULL,
    until_23 BOOLEAN NOT NULL,
    synonyms TEXT NOT NULL,
    description TEXT NOT NULL,
    valid_from DATE,
    valid_until DATE,
    version INTEGER NOT NULL,
    UNIQUE (region_id, code),
    CHECK (min_age >= 0 AND min_age <= max_age AND max_age <= 27),
    CHECK (valid_from IS NULL OR valid_until IS NULL OR valid_from <= valid_until)
);
CREATE INDEX product_by_segment ON product (segment_id);

CREATE TABLE product_bridge (
    product_id BIGINT NOT NULL REFERENCES product (id),
    bridge_product_id BIGINT NOT NULL REFERENCES product (id),
    PRIMARY KEY (product_id, bridge_product_id),
    CHECK (product_id <> bridge_product_id)
);

CREATE TABLE provider (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    agb TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('main', 'sub')),
    main_provider_id BIGINT REFERENCES provider (id),
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    website TEXT NOT NULL,
    online_help BOOLEAN NOT NULL,
    description TEXT NOT NULL,
    version INTEGER NOT NULL,
    CHECK ((kind = 'sub') = (main_provider_id IS NOT NULL))
);
CREATE INDEX provider_by_main ON provider (main_provider_id);

CREATE TABLE location (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 9999),
    name TEXT NOT NULL,
    pc4 INTEGER NOT NULL REFERENCES postcode (pc4),
    version INTEGER NOT NULL,
    UNIQUE (provider_id, number)
);

CREATE TABLE contract (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    municipality_id BIGINT REFERENCES municipality (id),
    level TEXT NOT NULL CHECK (level IN ('regionaal', 'bovenregionaal', 'landelijk')),
    valid_from DATE,
    valid_until DATE,
    version INTEGER NOT NULL,
    CHECK (valid_from IS NULL OR valid_until IS NULL OR valid_from <= valid_until)
);
CREATE INDEX contract_by_provider ON contract (provider_id, product_id);
CREATE INDEX contract_by_product ON contract (product_id);

-- Availability ---------------------------------------------------------------

CREATE TABLE offer (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    location_id BIGINT NOT NULL REFERENCES location (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    online BOOLEAN NOT NULL,
    free_places INTEGER CHECK (free_places >= 0),
    total_places INTEGER CHECK (total_places >= 0),
    waiting INTEGER CHECK (waiting >= 0),
    intake_min INTEGER CHECK (intake_min >= 0),
    intake_max INTEGER CHECK (intake_max >= intake_min),
    treatment_min INTEGER CHECK (treatment_min >= 0),
    treatment_max INTEGER CHECK (treatment_max >= treatment_min),
    basis TEXT CHECK (basis IN ('actueel', 'retrospectief', 'schatting')),
    status TEXT NOT NULL CHECK (status IN ('plek', 'wachtlijst', 'eerst-beoordelen', 'aanmeldstop', 'in-overleg', 'onbekend')),
    stop_reason TEXT,
    stop_explanation TEXT,
    stop_until DATE,
    min_age INTEGER,
    max_age INTEGER,
    closes_on DATE,
    remarks TEXT,
    reserved_places INTEGER NOT NULL CHECK (reserved_places >= 0),
    confirmed_at TIMESTAMP,
    confirmed_by TEXT,
    version INTEGER NOT NULL,
    supply_version BIGINT NOT NULL,
    UNIQUE (location_id, product_id),
    CHECK ((status = 'aanmeldstop') = (stop_reason IS NOT NULL)),
    CHECK (free_places IS NULL OR total_places IS NULL OR free_places <= total_places)
);
CREATE INDEX offer_by_provider ON offer (provider_id);
CREATE INDEX offer_by_supply_version ON offer (supply_version);

CREATE TABLE offer_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    offer_id BIGINT NOT NULL REFERENCES offer (id),
    at TIMESTAMP NOT NULL,
    changed_by TEXT NOT NULL,
    change TEXT NOT NULL CHECK (change IN ('created', 'changed', 'confirmed')),
    version INTEGER NOT NULL,
    free_places INTEGER,
    total_places INTEGER,
    waiting INTEGER,
    intake_min INTEGER,
    intake_max INTEGER,
    treatment_min INTEGER,
    treatment_max INTEGER,
    basis TEXT,
    status TEXT NOT NULL,
    stop_reason TEXT,
    stop_explanation TEXT,
    stop_until DATE,
    min_age INTEGER,
    max_age INTEGER,
    closes_on DATE,
    remarks TEXT
);
CREATE INDEX offer_history_by_offer ON offer_history (offer_id, at);

-- One row. Every write that a search must see raises the number in its own
-- transaction; the row lock makes versions commit in order.
CREATE TABLE supply_version (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    version BIGINT NOT NULL,
    book_version BIGINT NOT NULL
);
INSERT INTO supply_version (id, version, book_version) VALUES (1, 1, 1);

-- Identity -------------------------------------------------------------------

CREATE TABLE organisation (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('regio', 'gemeente', 'aanbieder', 'verwijzer', 'crisispunt')),
    region_id BIGINT NOT NULL REFERENCES region (id),
    provider_id BIGINT REFERENCES provider (id),
    CHECK ((kind = 'aanbieder') = (provider_id IS NOT NULL))
);

CREATE TABLE organisation_municipality (
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    municipality_id BIGINT NOT NULL REFERENCES municipality (id),
    PRIMARY KEY (organisation_id, municipality_id)
);

CREATE TABLE user_account (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    password_hash TEXT,
    active BOOLEAN NOT NULL,
    demonstration BOOLEAN NOT NULL,
    credential_version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE user_role (
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, role)
);

CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    csrf TEXT NOT NULL,
    credential_version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY NOT NULL,
    private_pem TEXT NOT NULL,
    public_pem TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Audit ----------------------------------------------------------------------

CREATE TABLE audit_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at TIMESTAMP NOT NULL,
    request_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    user_id BIGINT,
    user_name TEXT NOT NULL,
    organisation TEXT NOT NULL,
    roles TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    object_type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX audit_event_by_object ON audit_event (object_type, object_id);

CREATE TRIGGER audit_event_is_append_only_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;
CREATE TRIGGER audit_event_is_append_only_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;
CREATE TRIGGER offer_history_is_append_only_update BEFORE UPDATE ON offer_history
BEGIN SELECT RAISE(ABORT, 'offer_history is append-only'); END;
CREATE TRIGGER offer_history_is_append_only_delete BEFORE DELETE ON offer_history
BEGIN SELECT RAISE(ABORT, 'offer_history is append-only'); END;
