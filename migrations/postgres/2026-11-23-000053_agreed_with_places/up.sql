-- What goes with a stay: who gives the ambulant help and the team of the perspectiefregisseur; and whether the child came out of a
-- crisis, after which a body decides. A key would keep SQLite from dropping the column; providers are never deleted.
ALTER TABLE placement ADD COLUMN companion_id BIGINT;
ALTER TABLE placement ADD COLUMN perspective_team TEXT;
ALTER TABLE placement ADD COLUMN after_crisis BOOLEAN NOT NULL DEFAULT FALSE;
-- The offer of which bridging care took a free place, if it did.
ALTER TABLE bridging_care ADD COLUMN offer_id BIGINT;
