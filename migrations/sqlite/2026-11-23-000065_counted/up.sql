-- When the provider itself last told how many places are free: what was given away before that is counted in it.
ALTER TABLE offer ADD COLUMN counted_at TIMESTAMP;
UPDATE offer SET counted_at = confirmed_at;
