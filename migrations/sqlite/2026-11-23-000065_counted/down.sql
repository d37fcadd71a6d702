ALTER TABLE offer DROP COLUMN counted_at;
