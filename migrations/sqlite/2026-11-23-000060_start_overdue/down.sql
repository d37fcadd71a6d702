ALTER TABLE placement DROP COLUMN escalated_at;
ALTER TABLE placement DROP COLUMN chased_at;
