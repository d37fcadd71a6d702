-- A place that is not there any more: stays and the audit still name it. Nobody is given it.
ALTER TABLE crisis_place ADD COLUMN retired_on DATE CHECK (retired_on IS NULL OR state = 'vrij');
-- A stay that the registratiepunt ended left its place occupied by nobody.
UPDATE crisis_place SET state = 'vrij', expected_free_on = NULL, version = version + 1
WHERE state = 'bezet' AND id NOT IN (SELECT place_id FROM crisis_provision WHERE place_id IS NOT NULL AND ended_on IS NULL);
