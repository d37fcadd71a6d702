DROP TRIGGER access_event_keeps_young_looks ON access_event;
DROP TRIGGER access_event_is_append_only ON access_event;
DROP TABLE access_cut;
DROP TABLE access_seal;
DROP FUNCTION refuse_removing_young_looks();
ALTER TABLE access_event DROP COLUMN outcome;
CREATE TRIGGER access_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
