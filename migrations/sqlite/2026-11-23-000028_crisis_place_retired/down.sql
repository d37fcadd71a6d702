ALTER TABLE crisis_place DROP COLUMN retired_on;
