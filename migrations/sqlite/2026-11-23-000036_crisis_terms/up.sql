-- Kortere antwoordtermijn: a request turned out to be more urgent while a provider had it. The assignment keeps the term
-- that it began with; from then on this one counts. It is set once and is never longer.
CREATE TABLE crisis_assignment_term (
    assignment_id BIGINT PRIMARY KEY NOT NULL REFERENCES crisis_assignment (id),
    answer_by TIMESTAMP NOT NULL,
    set_at TIMESTAMP NOT NULL,
    set_by TEXT NOT NULL,
    CHECK (set_at <= answer_by)
);
CREATE TRIGGER crisis_assignment_term_is_shorter BEFORE INSERT ON crisis_assignment_term
WHEN NOT EXISTS (
    SELECT 1 FROM crisis_assignment WHERE id = NEW.assignment_id AND answer_by > NEW.answer_by
)
BEGIN SELECT RAISE(ABORT, 'a term only gets shorter'); END;
CREATE TRIGGER crisis_assignment_term_is_append_only_update BEFORE UPDATE ON crisis_assignment_term
BEGIN SELECT RAISE(ABORT, 'crisis_assignment_term is append-only'); END;
CREATE TRIGGER crisis_assignment_term_is_append_only_delete BEFORE DELETE ON crisis_assignment_term
BEGIN SELECT RAISE(ABORT, 'crisis_assignment_term is append-only'); END;
