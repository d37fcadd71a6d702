-- When a place of an offer was last given away: figures of a file that are older than that have not counted it.
ALTER TABLE offer ADD COLUMN reserved_at TIMESTAMP;
