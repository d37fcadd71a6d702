-- Silence after a plaatsingsvraag: when the provider was reminded, and when whoever asked heard that no answer came. Also
-- set when there was nobody to remind or nothing to tell, so that a question is looked at once.
ALTER TABLE regional_request ADD COLUMN reminded_at TIMESTAMP;
ALTER TABLE regional_request ADD COLUMN closed_at TIMESTAMP;
-- Of what ended before this, nobody hears any more.
UPDATE regional_request SET closed_at = ends_at WHERE ends_at <= CURRENT_TIMESTAMP;
CREATE INDEX regional_request_open ON regional_request (ends_at) WHERE closed_at IS NULL;
