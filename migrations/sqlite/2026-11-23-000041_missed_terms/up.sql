-- The term that had gone by when a step of mediation was begun. Who begins late has the term of the step from then on, so that
-- no step has to be done before it was begun; that it began late stays.
ALTER TABLE mediation_step ADD COLUMN missed_by TIMESTAMP;
UPDATE mediation_step SET missed_by = due_by WHERE due_by < begun_at;
