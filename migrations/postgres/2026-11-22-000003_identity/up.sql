ALTER TABLE user_account ADD COLUMN email TEXT;
