-- Redenlijst: the reasons that people of a region choose from, one row for each time the region chose. Without a row the
-- program's own list holds. The reasons are JSON: of each its code, whether it is on, and the region's words.
CREATE TABLE reason_list (
    region_id BIGINT NOT NULL REFERENCES region (id),
    list TEXT NOT NULL,
    version INTEGER NOT NULL,
    set_at TIMESTAMP NOT NULL,
    by_name TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (region_id, list, version)
);

-- When an end of bridging care was written down, for the words its reason had then, and what was said besides.
ALTER TABLE bridging_care ADD COLUMN ended_at TIMESTAMP;
ALTER TABLE bridging_care ADD COLUMN end_note TEXT CHECK (length(end_note) <= 280);

CREATE TRIGGER reason_list_is_append_only_update BEFORE UPDATE ON reason_list
BEGIN SELECT RAISE(ABORT, 'reason_list is append-only'); END;
CREATE TRIGGER reason_list_is_append_only_delete BEFORE DELETE ON reason_list
BEGIN SELECT RAISE(ABORT, 'reason_list is append-only'); END;
