ALTER TABLE bridging_care DROP COLUMN end_note;
ALTER TABLE bridging_care DROP COLUMN ended_at;
DROP TABLE reason_list;
