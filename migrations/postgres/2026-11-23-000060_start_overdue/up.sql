-- When a provider was reminded to say whether care that was agreed started, and when others were asked to see to it.
ALTER TABLE placement ADD COLUMN chased_at TIMESTAMP;
ALTER TABLE placement ADD COLUMN escalated_at TIMESTAMP;
