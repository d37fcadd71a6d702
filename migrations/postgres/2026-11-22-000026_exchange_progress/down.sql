ALTER TABLE exchange_job DROP COLUMN lines_total;
ALTER TABLE exchange_job DROP COLUMN lines_done;
