-- What a region sets about answering, declining and mediating. Terms are in working days.
ALTER TABLE waiting_list_setting ADD COLUMN answer_days INTEGER NOT NULL DEFAULT 5;
ALTER TABLE waiting_list_setting ADD COLUMN urgent_answer_days INTEGER NOT NULL DEFAULT 1;
ALTER TABLE waiting_list_setting ADD COLUMN escalate_days INTEGER NOT NULL DEFAULT 1;
-- What follows from reasons to decline, where that is not the usual: reason=consequence, with commas.
ALTER TABLE waiting_list_setting ADD COLUMN consequences TEXT NOT NULL DEFAULT '';
-- The steps of mediation, a line for each: whose, working days, what. Empty for the usual.
ALTER TABLE waiting_list_setting ADD COLUMN ladder TEXT NOT NULL DEFAULT '';
