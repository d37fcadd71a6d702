-- What was closed stays closed: nobody had a place to look for any more.
SELECT 1;
