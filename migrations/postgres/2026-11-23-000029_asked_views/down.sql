ALTER TABLE access_event DROP COLUMN object_version;
ALTER TABLE access_event DROP COLUMN object_type;
ALTER TABLE access_event DROP COLUMN source;
ALTER TABLE access_event DROP COLUMN on_behalf_of;
ALTER TABLE access_event DROP COLUMN trace_id;

-- What the toegang asked by itself has no run to belong to.
DROP INDEX regional_request_of_toegang;
DELETE FROM regional_request WHERE run_id IS NULL;
ALTER TABLE regional_request ALTER COLUMN run_id SET NOT NULL;
ALTER TABLE regional_request DROP COLUMN referred_to;
ALTER TABLE regional_request DROP COLUMN referred_from;
ALTER TABLE regional_request DROP COLUMN age_to;
ALTER TABLE regional_request DROP COLUMN age_from;
ALTER TABLE regional_request DROP COLUMN municipality_id;
ALTER TABLE regional_request DROP COLUMN product_id;
ALTER TABLE regional_request DROP COLUMN handle;
