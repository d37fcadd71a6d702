CREATE TABLE exchange_job_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    region_id BIGINT NOT NULL REFERENCES region (id),
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    kind TEXT NOT NULL CHECK (
        kind IN ('segmenten', 'producten', 'aanbieders', 'locaties', 'contracten', 'aanbod', 'gebruikers')
    ),
    state TEXT NOT NULL CHECK (
        state IN ('checking', 'checked', 'refused', 'importing', 'imported', 'failed', 'expired')
    ),
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    attempts INTEGER NOT NULL,
    claimed_by TEXT,
    claimed_until TIMESTAMP,
    report TEXT,
    -- What must still be worked on has its content; what is done with has none.
    CHECK ((content IS NOT NULL) = (state IN ('checking', 'checked', 'importing')))
);
INSERT INTO exchange_job_new (id, region_id, user_id, kind, state, file_name, sha256, content, created_at, expires_at, finished_at, attempts, claimed_by, claimed_until, report)
SELECT id, region_id, user_id, kind, state, file_name, sha256, content, created_at, expires_at, finished_at, attempts, claimed_by, claimed_until, report FROM exchange_job WHERE kind <> 'wachtenden';
DROP TABLE exchange_job;
ALTER TABLE exchange_job_new RENAME TO exchange_job;
-- One file of a user at a time.
CREATE UNIQUE INDEX exchange_job_busy ON exchange_job (user_id) WHERE state IN ('checking', 'importing');
CREATE INDEX exchange_job_by_end ON exchange_job (expires_at);
