-- One address follows one search once, also when its button is pressed twice at the same moment. The oldest stays.
DELETE FROM follow WHERE id NOT IN (SELECT min(id) FROM follow GROUP BY email, query);
CREATE UNIQUE INDEX follow_once ON follow (email, query);
