ALTER TABLE offer DROP COLUMN reserved_at;
