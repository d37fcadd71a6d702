DROP TABLE waiting_client_alike;
DELETE FROM published_client WHERE provider_id IS NOT NULL;
DROP TABLE published_apart;
ALTER TABLE published_client DROP COLUMN provider_id;
