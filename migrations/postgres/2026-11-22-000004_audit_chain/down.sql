DROP INDEX audit_event_by_time;
DROP TABLE audit_seal;
