-- The days on which the end of the chain was mailed. The key decides which of several servers does it.
CREATE TABLE audit_head_mail (
    day DATE PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
