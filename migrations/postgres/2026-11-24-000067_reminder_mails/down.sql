DROP INDEX outbox_mail_of_reminder;
ALTER TABLE confirm_link DROP COLUMN sent_to;
ALTER TABLE outbox_mail DROP COLUMN reminder_id;
