-- What providers see of the list ----------------------------------------------

-- The open list of a region as it was published at a set moment. The UNIQUE decides which of several servers does it.
CREATE TABLE list_publication (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    published_at TIMESTAMP NOT NULL,
    UNIQUE (region_id, published_at)
);

-- A waiting client as providers see it in one publication, under a random handle that lasts as long as the publication.
-- An age or date that is shown has the ends of rules::waiting::coarsening.
CREATE TABLE published_client (
    publication_id BIGINT NOT NULL REFERENCES list_publication (id) ON DELETE CASCADE,
    handle BIGINT NOT NULL,
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    place INTEGER NOT NULL,
    product_id BIGINT NOT NULL REFERENCES product (id),
    municipality_id BIGINT REFERENCES municipality (id),
    age_from INTEGER,
    age_to INTEGER,
    referred_from DATE,
    referred_to DATE,
    -- When the newest of those who show the same was registered, to tell groups with newcomers.
    newest_at TIMESTAMP NOT NULL,
    PRIMARY KEY (publication_id, handle)
);
CREATE INDEX published_client_by_place ON published_client (publication_id, product_id, place);
CREATE INDEX published_client_by_client ON published_client (client_id);

-- Up to which publication somebody has seen the list.
CREATE TABLE list_visit (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES user_account (id),
    seen_at TIMESTAMP NOT NULL
);

-- How somebody wants to hear of new waiting clients, and up to which publication that was told.
CREATE TABLE list_mail_choice (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES user_account (id),
    choice TEXT NOT NULL CHECK (choice IN ('direct', 'dagelijks', 'nooit')),
    told_at TIMESTAMP NOT NULL
);

-- Responses -----------------------------------------------------------------

CREATE TABLE response (
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
    status TEXT NOT NULL CHECK (status IN ('open', 'geaccepteerd', 'afgewezen', 'ingetrokken', 'door-ander-geplaatst', 'wachtende-van-de-lijst', 'verlopen', 'niet-doorgegaan')),
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
-- A provider responds once to a client at a time, and one response is accepted.
CREATE UNIQUE INDEX response_open ON response (client_id, provider_id) WHERE status = 'open';
CREATE UNIQUE INDEX response_accepted ON response (client_id) WHERE status = 'geaccepteerd';
CREATE INDEX response_by_client ON response (client_id);
CREATE INDEX response_by_provider ON response (provider_id, opened_at);
CREATE INDEX response_unanswered ON response (answer_by) WHERE status = 'open';
CREATE INDEX response_untold ON response (id) WHERE ended_at IS NOT NULL AND told_at IS NULL;

-- A provider and a client that are not brought together again, or not until after a day.
CREATE TABLE pair_outcome (
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('uitgesloten', 'geparkeerd')),
    parked_until DATE,
    reason TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (client_id, provider_id),
    CHECK ((outcome = 'geparkeerd') = (parked_until IS NOT NULL))
);

-- Care that was agreed. It ends when it does not start after all.
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

-- What provider and toegang ask each other about a response.
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

-- Requests that are done once ---------------------------------------------------

-- A request with a key of its sender, and what was answered. Without an answer it is being worked on.
CREATE TABLE keyed_request (
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    status INTEGER,
    headers TEXT,
    body TEXT,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX keyed_request_by_time ON keyed_request (received_at);
