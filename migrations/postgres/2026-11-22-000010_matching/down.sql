ALTER TABLE offer DROP COLUMN excluded_needs;
ALTER TABLE offer DROP COLUMN fitted_needs;
DROP TABLE access_event;
