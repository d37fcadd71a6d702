-- Geschiktheid changes by itself, without a confirmation of the figures, so it has a version of its own.
ALTER TABLE offer ADD COLUMN suitability_version INTEGER NOT NULL DEFAULT 1;
