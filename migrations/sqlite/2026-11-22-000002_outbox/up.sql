-- Mails to send, written in the transaction that causes them. A mail is sent, or failed for good, or waits for its next
-- attempt; who sends one holds it until claimed_until. A while after it was sent or failed, what it said is erased.
CREATE TABLE outbox_mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    unsubscribe_url TEXT,
    message_id TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_attempt_at TIMESTAMP NOT NULL,
    claimed_by TEXT,
    claimed_until TIMESTAMP,
    sent_at TIMESTAMP,
    failed_at TIMESTAMP,
    last_error TEXT,
    erased_at TIMESTAMP,
    CHECK (sent_at IS NULL OR failed_at IS NULL),
    CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
);
CREATE INDEX outbox_mail_waiting ON outbox_mail (next_attempt_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_mail_to_erase ON outbox_mail (id) WHERE erased_at IS NULL;
