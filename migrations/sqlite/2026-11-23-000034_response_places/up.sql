-- How many places the child takes at the provider: one, unless its care asks more.
ALTER TABLE response ADD COLUMN places INTEGER NOT NULL DEFAULT 1 CHECK (places BETWEEN 1 AND 9);
