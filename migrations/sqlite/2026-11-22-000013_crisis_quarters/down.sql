DROP TABLE crisis_publication;
DROP TABLE crisis_quarter;
