ALTER TABLE response DROP COLUMN places;
