-- INSERT OR REPLACE takes a row away without a trigger on DELETE, unless the connection asks for it. What is
-- append-only therefore refuses a row whose key is there already, by its number or by any other key.
CREATE TRIGGER audit_event_is_append_only_insert BEFORE INSERT ON audit_event
WHEN EXISTS (SELECT 1 FROM audit_event WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only: this key is taken'); END;
CREATE TRIGGER audit_seal_is_append_only_insert BEFORE INSERT ON audit_seal
WHEN EXISTS (SELECT 1 FROM audit_seal WHERE rowid = NEW.rowid OR event_id = NEW.event_id OR seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'audit_seal is append-only: this key is taken'); END;
CREATE TRIGGER offer_history_is_append_only_insert BEFORE INSERT ON offer_history
WHEN EXISTS (SELECT 1 FROM offer_history WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'offer_history is append-only: this key is taken'); END;
CREATE TRIGGER access_event_is_append_only_insert BEFORE INSERT ON access_event
WHEN EXISTS (SELECT 1 FROM access_event WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'access_event is append-only: this key is taken'); END;
CREATE TRIGGER access_seal_is_append_only_insert BEFORE INSERT ON access_seal
WHEN EXISTS (SELECT 1 FROM access_seal WHERE rowid = NEW.rowid OR seq = NEW.seq OR event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'access_seal is append-only: this key is taken'); END;
CREATE TRIGGER access_cut_is_append_only_insert BEFORE INSERT ON access_cut
WHEN EXISTS (SELECT 1 FROM access_cut WHERE rowid = NEW.rowid OR seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'access_cut is append-only: this key is taken'); END;
CREATE TRIGGER waiting_client_event_is_append_only_insert BEFORE INSERT ON waiting_client_event
WHEN EXISTS (SELECT 1 FROM waiting_client_event WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'waiting_client_event is append-only: this key is taken'); END;
CREATE TRIGGER crisis_request_event_is_append_only_insert BEFORE INSERT ON crisis_request_event
WHEN EXISTS (SELECT 1 FROM crisis_request_event WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'crisis_request_event is append-only: this key is taken'); END;
CREATE TRIGGER crisis_assignment_term_is_append_only_insert BEFORE INSERT ON crisis_assignment_term
WHEN EXISTS (SELECT 1 FROM crisis_assignment_term WHERE rowid = NEW.rowid OR assignment_id = NEW.assignment_id)
BEGIN SELECT RAISE(ABORT, 'crisis_assignment_term is append-only: this key is taken'); END;
CREATE TRIGGER crisis_quarter_is_append_only_insert BEFORE INSERT ON crisis_quarter
WHEN EXISTS (SELECT 1 FROM crisis_quarter WHERE rowid = NEW.rowid OR (region_id = NEW.region_id AND year = NEW.year AND quarter = NEW.quarter AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'crisis_quarter is append-only: this key is taken'); END;
CREATE TRIGGER crisis_quarter_confirmation_is_append_only_insert BEFORE INSERT ON crisis_quarter_confirmation
WHEN EXISTS (SELECT 1 FROM crisis_quarter_confirmation WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'crisis_quarter_confirmation is append-only: this key is taken'); END;
CREATE TRIGGER crisis_publication_is_append_only_insert BEFORE INSERT ON crisis_publication
WHEN EXISTS (SELECT 1 FROM crisis_publication WHERE rowid = NEW.rowid OR crisis_quarter_id = NEW.crisis_quarter_id)
BEGIN SELECT RAISE(ABORT, 'crisis_publication is append-only: this key is taken'); END;
CREATE TRIGGER assignment_policy_is_append_only_insert BEFORE INSERT ON assignment_policy
WHEN EXISTS (SELECT 1 FROM assignment_policy WHERE rowid = NEW.rowid OR (region_id = NEW.region_id AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'assignment_policy is append-only: this key is taken'); END;
CREATE TRIGGER matching_weights_is_append_only_insert BEFORE INSERT ON matching_weights
WHEN EXISTS (SELECT 1 FROM matching_weights WHERE rowid = NEW.rowid OR (region_id = NEW.region_id AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'matching_weights is append-only: this key is taken'); END;
CREATE TRIGGER reason_list_is_append_only_insert BEFORE INSERT ON reason_list
WHEN EXISTS (SELECT 1 FROM reason_list WHERE rowid = NEW.rowid OR (region_id = NEW.region_id AND list = NEW.list AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'reason_list is append-only: this key is taken'); END;
