ALTER TABLE waiting_list_setting DROP COLUMN ladder;
ALTER TABLE waiting_list_setting DROP COLUMN consequences;
ALTER TABLE waiting_list_setting DROP COLUMN escalate_days;
ALTER TABLE waiting_list_setting DROP COLUMN urgent_answer_days;
ALTER TABLE waiting_list_setting DROP COLUMN answer_days;
