-- Only SQLite replaces rows past its triggers.
SELECT 1;
