ALTER TABLE question DROP COLUMN reminded_at;
DROP TABLE waiting_client_age_notice;
DROP TABLE waiting_client_plan;
