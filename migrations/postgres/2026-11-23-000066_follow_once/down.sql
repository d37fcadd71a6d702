DROP INDEX follow_once;
