-- Plaatsingsvraag: asked by the region with a run, or by the toegang for one client, which no run is about. What the
-- provider is shown is kept as it was when it was asked, under a handle of its own.
CREATE TABLE regional_request_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    run_id BIGINT REFERENCES regional_run (id),
    client_id BIGINT NOT NULL REFERENCES waiting_client (id),
    offer_id BIGINT NOT NULL REFERENCES offer (id),
    asked_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    -- No answer is expected after this moment.
    ends_at TIMESTAMP NOT NULL,
    handle BIGINT NOT NULL UNIQUE CHECK (handle >= 0),
    product_id BIGINT NOT NULL REFERENCES product (id),
    municipality_id BIGINT REFERENCES municipality (id),
    age_from INTEGER,
    age_to INTEGER,
    referred_from DATE,
    referred_to DATE,
    UNIQUE (client_id, offer_id, run_id)
);
INSERT INTO regional_request_new
    (id, run_id, client_id, offer_id, asked_at, by_name, by_organisation, ends_at, handle, product_id)
SELECT request.id, run_id, client_id, offer_id, asked_at, by_name, by_organisation, ends_at,
    abs(random() / 2), offer.product_id
FROM regional_request AS request JOIN offer ON offer.id = request.offer_id;
DROP TABLE regional_request;
ALTER TABLE regional_request_new RENAME TO regional_request;
CREATE INDEX regional_request_by_offer ON regional_request (offer_id, ends_at);
-- The toegang asks for the same client and offer once at a time.
CREATE UNIQUE INDEX regional_request_of_toegang ON regional_request (client_id, offer_id) WHERE run_id IS NULL;

-- The rest of what NEN 7513 asks of a line: the trace it belongs to, for whom a system looked, the program that wrote it,
-- and the kind and version of what was looked at. Lines from before have none.
ALTER TABLE access_event ADD COLUMN trace_id TEXT;
ALTER TABLE access_event ADD COLUMN on_behalf_of TEXT;
ALTER TABLE access_event ADD COLUMN source TEXT;
ALTER TABLE access_event ADD COLUMN object_type TEXT;
ALTER TABLE access_event ADD COLUMN object_version TEXT;
