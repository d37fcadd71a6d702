ALTER TABLE bridging_care DROP COLUMN offer_id;
ALTER TABLE placement DROP COLUMN after_crisis;
ALTER TABLE placement DROP COLUMN perspective_team;
ALTER TABLE placement DROP COLUMN companion_id;
