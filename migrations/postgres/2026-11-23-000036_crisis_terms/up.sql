-- Kortere antwoordtermijn: a request turned out to be more urgent while a provider had it. The assignment keeps the term
-- that it began with; from then on this one counts. It is set once and is never longer.
CREATE TABLE crisis_assignment_term (
    assignment_id BIGINT PRIMARY KEY NOT NULL REFERENCES crisis_assignment (id),
    answer_by TIMESTAMP NOT NULL,
    set_at TIMESTAMP NOT NULL,
    set_by TEXT NOT NULL,
    CHECK (set_at <= answer_by)
);
CREATE FUNCTION refuse_longer_term() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM crisis_assignment WHERE id = NEW.assignment_id AND answer_by > NEW.answer_by) THEN
        RAISE EXCEPTION 'a term only gets shorter';
    END IF;
    RETURN NEW;
END; $$;
CREATE TRIGGER crisis_assignment_term_is_shorter BEFORE INSERT ON crisis_assignment_term
    FOR EACH ROW EXECUTE FUNCTION refuse_longer_term();
CREATE TRIGGER crisis_assignment_term_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON crisis_assignment_term
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
