DROP INDEX placement_companion;
ALTER TABLE bridging_care ADD COLUMN offer BIGINT;
UPDATE bridging_care SET offer = offer_id;
ALTER TABLE bridging_care DROP COLUMN offer_id;
ALTER TABLE bridging_care RENAME COLUMN offer TO offer_id;
ALTER TABLE placement ADD COLUMN companion BIGINT;
UPDATE placement SET companion = companion_id;
ALTER TABLE placement DROP COLUMN companion_id;
ALTER TABLE placement RENAME COLUMN companion TO companion_id;
