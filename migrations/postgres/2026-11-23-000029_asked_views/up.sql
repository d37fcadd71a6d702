-- Plaatsingsvraag: asked by the region with a run, or by the toegang for one client, which no run is about. What the
-- provider is shown is kept as it was when it was asked, under a handle of its own.
ALTER TABLE regional_request ALTER COLUMN run_id DROP NOT NULL;
ALTER TABLE regional_request ADD COLUMN handle BIGINT UNIQUE CHECK (handle >= 0);
ALTER TABLE regional_request ADD COLUMN product_id BIGINT REFERENCES product (id);
ALTER TABLE regional_request ADD COLUMN municipality_id BIGINT REFERENCES municipality (id);
ALTER TABLE regional_request ADD COLUMN age_from INTEGER;
ALTER TABLE regional_request ADD COLUMN age_to INTEGER;
ALTER TABLE regional_request ADD COLUMN referred_from DATE;
ALTER TABLE regional_request ADD COLUMN referred_to DATE;
UPDATE regional_request SET
    handle = floor(random() * 9223372036854770000)::bigint,
    product_id = (SELECT product_id FROM offer WHERE offer.id = regional_request.offer_id);
ALTER TABLE regional_request ALTER COLUMN handle SET NOT NULL;
ALTER TABLE regional_request ALTER COLUMN product_id SET NOT NULL;
-- The toegang asks for the same client and offer once at a time.
CREATE UNIQUE INDEX regional_request_of_toegang ON regional_request (client_id, offer_id) WHERE run_id IS NULL;

-- The rest of what NEN 7513 asks of a line: the trace it belongs to, for whom a system looked, the program that wrote it,
-- and the kind and version of what was looked at. Lines from before have none.
ALTER TABLE access_event ADD COLUMN trace_id TEXT;
ALTER TABLE access_event ADD COLUMN on_behalf_of TEXT;
ALTER TABLE access_event ADD COLUMN source TEXT;
ALTER TABLE access_event ADD COLUMN object_type TEXT;
ALTER TABLE access_event ADD COLUMN object_version TEXT;
