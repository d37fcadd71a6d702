DROP TABLE follow_place;
DROP TABLE follow;
DROP TABLE error_report;
DROP TABLE confirm_link;
DROP TABLE reminder;
