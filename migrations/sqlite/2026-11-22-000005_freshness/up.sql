-- Reminders ------------------------------------------------------------------

-- Who was reminded of what, and when. The UNIQUE decides which of several servers sends it.
CREATE TABLE reminder (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    kind TEXT NOT NULL CHECK (kind IN ('wordt-oud', 'verouderd', 'accountmanager')),
    sent_on DATE NOT NULL,
    at TIMESTAMP NOT NULL,
    offers INTEGER NOT NULL CHECK (offers > 0),
    recipients INTEGER NOT NULL CHECK (recipients >= 0),
    UNIQUE (region_id, provider_id, kind, sent_on)
);

-- The link in a reminder, with which its reader confirms once that nothing changed.
CREATE TABLE confirm_link (
    key_hash TEXT PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);

-- Reports of figures that are not right --------------------------------------

CREATE TABLE error_report (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    offer_id BIGINT NOT NULL REFERENCES offer (id),
    what TEXT NOT NULL CHECK (what IN ('plekken', 'wachttijd', 'aanmeldstop', 'leeftijd', 'stopgezet', 'anders')),
    remark TEXT,
    created_at TIMESTAMP NOT NULL,
    answer TEXT CHECK (answer IN ('aangepast', 'klopt')),
    answer_text TEXT,
    answered_at TIMESTAMP,
    answered_by TEXT,
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK ((answer IS NULL) = (answered_by IS NULL))
);
CREATE INDEX error_report_by_offer ON error_report (offer_id);
CREATE INDEX error_report_open ON error_report (created_at) WHERE answer IS NULL;

-- Followed searches ----------------------------------------------------------

-- Somebody who wants a mail when a place comes free. Gone, address and all, when it ends.
CREATE TABLE follow (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    query TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    ends_at TIMESTAMP NOT NULL,
    supply_version BIGINT NOT NULL
);
CREATE INDEX follow_by_end ON follow (ends_at);

-- The places its follower knows of.
CREATE TABLE follow_place (
    follow_id BIGINT NOT NULL REFERENCES follow (id) ON DELETE CASCADE,
    offer_id BIGINT NOT NULL REFERENCES offer (id),
    PRIMARY KEY (follow_id, offer_id)
);
