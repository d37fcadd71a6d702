DROP TABLE crisis_assignment_term;
