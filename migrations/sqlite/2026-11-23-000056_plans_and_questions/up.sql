-- The day on which the perspectiefplan of a child was made, that is due from 16.
CREATE TABLE waiting_client_plan (
    client_id BIGINT PRIMARY KEY NOT NULL REFERENCES waiting_client (id),
    made_on DATE NOT NULL
);

-- Of which ages on the way to adulthood the toegang was told. The key decides which server tells of it.
CREATE TABLE waiting_client_age_notice (
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    milestone TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (client_id, milestone)
);

-- When the side that is asked was reminded of a question. What was asked before this is reminded of when it is due.
ALTER TABLE question ADD COLUMN reminded_at TIMESTAMP;
