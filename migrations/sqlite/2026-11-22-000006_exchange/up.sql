-- Files that somebody brings, kept here between the rehearsal and the import so that any server can do either.
-- The content is erased once it is of no more use; the report stays for a while.
CREATE TABLE exchange_job (
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
-- One file of a user at a time.
CREATE UNIQUE INDEX exchange_job_busy ON exchange_job (user_id) WHERE state IN ('checking', 'importing');
CREATE INDEX exchange_job_by_end ON exchange_job (expires_at);
