ALTER TABLE postcode DROP COLUMN version;
