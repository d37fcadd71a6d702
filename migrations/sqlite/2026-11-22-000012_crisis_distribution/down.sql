DROP TABLE crisis_place_reminder;
DROP TABLE crisis_stay_note;
DROP INDEX crisis_provision_one_child;
DROP TABLE crisis_place;
DROP TABLE crisis_assignment;
DROP TABLE crisis_division;
DROP TABLE crisis_capacity;
DROP TABLE crisis_share;
