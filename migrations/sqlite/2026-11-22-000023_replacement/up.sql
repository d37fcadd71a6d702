-- A child that had care came back for another place, last on this day. The wait for that counts from it; the date on which
-- the child first waited stays.
CREATE TABLE waiting_client_return (
    client_id BIGINT PRIMARY KEY NOT NULL REFERENCES waiting_client (id),
    returned_on DATE NOT NULL
);

-- Of which ends of care in a municipality the toegang was mailed. The key decides which of several servers mails.
CREATE TABLE replacement_notice (
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    municipality_id BIGINT NOT NULL REFERENCES municipality (id),
    last_day DATE NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (provider_id, product_id, municipality_id, last_day)
);

-- A response can end with the care that came of it. SQLite changes a check by making the table again, and with it those that
-- refer to it.
CREATE TABLE placement_kept AS SELECT * FROM placement;
CREATE TABLE question_kept AS SELECT * FROM question;
DROP TABLE placement;
DROP TABLE question;
CREATE TABLE response_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    offer_id BIGINT NOT NULL REFERENCES offer (id),
    -- What the provider saw of the client when it responded.
    shown TEXT NOT NULL,
    start_on DATE NOT NULL,
    valid_until DATE NOT NULL,
    remark TEXT,
    -- Whether it is about a place that was free, and that is given away when it is accepted.
    takes_place BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'geaccepteerd', 'afgewezen', 'ingetrokken', 'door-ander-geplaatst', 'wachtende-van-de-lijst', 'verlopen', 'niet-doorgegaan', 'zorg-beeindigd')),
    opened_at TIMESTAMP NOT NULL,
    opened_by TEXT NOT NULL,
    answer_by TIMESTAMP NOT NULL,
    chased_at TIMESTAMP,
    escalated_at TIMESTAMP,
    ended_at TIMESTAMP,
    -- Why it ended, from the list that belongs to how it ended, and what was said besides.
    reason TEXT,
    note TEXT,
    -- When the provider was told how it ended.
    told_at TIMESTAMP,
    version INTEGER NOT NULL
);
INSERT INTO response_new (id, client_id, provider_id, offer_id, shown, start_on, valid_until, remark, takes_place, status, opened_at, opened_by, answer_by, chased_at, escalated_at, ended_at, reason, note, told_at, version)
SELECT id, client_id, provider_id, offer_id, shown, start_on, valid_until, remark, takes_place, status, opened_at, opened_by, answer_by, chased_at, escalated_at, ended_at, reason, note, told_at, version FROM response;
DROP TABLE response;
ALTER TABLE response_new RENAME TO response;
-- A provider responds once to a client at a time, and one response is accepted.
CREATE UNIQUE INDEX response_open ON response (client_id, provider_id) WHERE status = 'open';
CREATE UNIQUE INDEX response_accepted ON response (client_id) WHERE status = 'geaccepteerd';
CREATE INDEX response_by_client ON response (client_id);
CREATE INDEX response_by_provider ON response (provider_id, opened_at);
CREATE INDEX response_unanswered ON response (answer_by) WHERE status = 'open';
CREATE INDEX response_untold ON response (id) WHERE ended_at IS NOT NULL AND told_at IS NULL;

-- Care that was agreed. It ends when it does not start after all, or goes on elsewhere.
CREATE TABLE placement (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    response_id BIGINT NOT NULL UNIQUE REFERENCES response (id),
    offer_id BIGINT NOT NULL REFERENCES offer (id),
    made_at TIMESTAMP NOT NULL,
    planned_on DATE NOT NULL,
    started_on DATE,
    ended_at TIMESTAMP
);
CREATE UNIQUE INDEX placement_current ON placement (client_id) WHERE ended_at IS NULL;
INSERT INTO placement (id, client_id, response_id, offer_id, made_at, planned_on, started_on, ended_at)
SELECT id, client_id, response_id, offer_id, made_at, planned_on, started_on, ended_at FROM placement_kept;
DROP TABLE placement_kept;

CREATE TABLE question (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    response_id BIGINT NOT NULL REFERENCES response (id),
    asked_by TEXT NOT NULL CHECK (asked_by IN ('aanbieder', 'toegang')),
    subject TEXT NOT NULL,
    note TEXT,
    asked_at TIMESTAMP NOT NULL,
    answer TEXT,
    answer_note TEXT,
    answered_at TIMESTAMP,
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX question_by_response ON question (response_id);
INSERT INTO question (id, response_id, asked_by, subject, note, asked_at, answer, answer_note, answered_at)
SELECT id, response_id, asked_by, subject, note, asked_at, answer, answer_note, answered_at FROM question_kept;
DROP TABLE question_kept;
