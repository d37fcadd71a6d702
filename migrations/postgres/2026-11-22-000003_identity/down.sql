ALTER TABLE user_account DROP COLUMN email;
