DROP TABLE audit_head_mail;
