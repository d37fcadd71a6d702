-- A reminder knows which of its mails never arrived, and a link to confirm with to which address it went: as a hash, to
-- tell whether that is still the address of its reader.
ALTER TABLE outbox_mail ADD COLUMN reminder_id BIGINT REFERENCES reminder (id) ON DELETE SET NULL;
ALTER TABLE confirm_link ADD COLUMN sent_to TEXT;
CREATE INDEX outbox_mail_of_reminder ON outbox_mail (reminder_id) WHERE reminder_id IS NOT NULL AND failed_at IS NOT NULL;
