-- Postcodes are managed by people now: a change names the version it is based on.
ALTER TABLE postcode ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
