-- The term that had gone by when a step of mediation was begun. Who begins late has the term of the step from then on, so that
-- no step has to be done before it was begun; that it began late stays.
ALTER TABLE mediation_step ADD COLUMN missed_by TIMESTAMP;
UPDATE mediation_step SET missed_by = due_by WHERE due_by < begun_at;

-- What a provider is told of when it may expect an answer: the same for every child, since the term of one that is urgent is
-- shorter and would say so. Of what was given before it is about as long.
ALTER TABLE response ADD COLUMN expect_by TIMESTAMP NOT NULL DEFAULT '2000-01-01 00:00:00';
UPDATE response SET expect_by = opened_at + INTERVAL '7 days';
-- Whether the provider was shown where the child lives when it responded. Of what was given before it is not known, and
-- counts as not shown: then nothing ends by itself that would say so.
ALTER TABLE response ADD COLUMN shows_municipality BOOLEAN NOT NULL DEFAULT FALSE;
