ALTER TABLE mediation_step DROP COLUMN missed_by;
