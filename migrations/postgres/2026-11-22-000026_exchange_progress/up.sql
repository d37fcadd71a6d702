-- How far the server is that works on a file, for the other servers to show.
ALTER TABLE exchange_job ADD COLUMN lines_done INTEGER;
ALTER TABLE exchange_job ADD COLUMN lines_total INTEGER;
