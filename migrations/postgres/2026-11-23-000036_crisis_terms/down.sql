DROP TABLE crisis_assignment_term;
DROP FUNCTION refuse_longer_term;
