ALTER TABLE access_event DROP COLUMN object_version;
ALTER TABLE access_event DROP COLUMN object_type;
ALTER TABLE access_event DROP COLUMN source;
ALTER TABLE access_event DROP COLUMN on_behalf_of;
ALTER TABLE access_event DROP COLUMN trace_id;

-- What the toegang asked by itself has no run to belong to.
CREATE TABLE regional_request_old (
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
INSERT INTO regional_request_old
SELECT id, run_id, client_id, offer_id, asked_at, by_name, by_organisation, ends_at
FROM regional_request WHERE run_id IS NOT NULL;
DROP TABLE regional_request;
ALTER TABLE regional_request_old RENAME TO regional_request;
CREATE INDEX regional_request_by_offer ON regional_request (offer_id, ends_at);
