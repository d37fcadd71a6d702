-- Who gives the ambulant help, and of which offer bridging care took a place, are there. SQLite gives no key to a column that
-- is there, and so the column is made anew.
ALTER TABLE placement ADD COLUMN companion BIGINT REFERENCES provider (id);
UPDATE placement SET companion = companion_id;
ALTER TABLE placement DROP COLUMN companion_id;
ALTER TABLE placement RENAME COLUMN companion TO companion_id;
CREATE INDEX placement_companion ON placement (companion_id);
ALTER TABLE bridging_care ADD COLUMN offer BIGINT REFERENCES offer (id);
UPDATE bridging_care SET offer = offer_id;
ALTER TABLE bridging_care DROP COLUMN offer_id;
ALTER TABLE bridging_care RENAME COLUMN offer TO offer_id;
