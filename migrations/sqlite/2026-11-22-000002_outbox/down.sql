DROP TABLE outbox_mail;
