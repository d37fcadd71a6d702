ALTER TABLE offer DROP COLUMN suitability_version;
