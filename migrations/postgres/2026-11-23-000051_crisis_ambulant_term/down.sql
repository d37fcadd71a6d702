ALTER TABLE crisis_point DROP COLUMN ambulant_days;
