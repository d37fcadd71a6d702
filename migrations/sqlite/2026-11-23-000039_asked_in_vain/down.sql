DROP INDEX regional_request_open;
ALTER TABLE regional_request DROP COLUMN closed_at;
ALTER TABLE regional_request DROP COLUMN reminded_at;
