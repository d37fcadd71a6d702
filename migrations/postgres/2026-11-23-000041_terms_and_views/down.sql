ALTER TABLE response DROP COLUMN shows_municipality;
ALTER TABLE response DROP COLUMN expect_by;
ALTER TABLE mediation_step DROP COLUMN missed_by;
