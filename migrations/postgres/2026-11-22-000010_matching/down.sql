DROP TABLE access_event;
