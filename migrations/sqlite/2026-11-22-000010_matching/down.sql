DROP TABLE mediation_step;
DROP TABLE bridging_care;
DROP TABLE client_proposal;
DROP TABLE matching_weights;
ALTER TABLE offer DROP COLUMN excluded_needs;
ALTER TABLE offer DROP COLUMN fitted_needs;
DROP TABLE access_event;
