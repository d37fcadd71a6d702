DROP TRIGGER access_event_is_append_only_delete;
DROP TABLE access_cut;
DROP TABLE access_seal;
ALTER TABLE access_event DROP COLUMN outcome;
CREATE TRIGGER access_event_is_append_only_delete BEFORE DELETE ON access_event
BEGIN SELECT RAISE(ABORT, 'access_event is append-only'); END;
