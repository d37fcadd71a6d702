-- How many days ambulant crisis help lasts at most.
ALTER TABLE crisis_point ADD COLUMN ambulant_days INTEGER NOT NULL DEFAULT 28 CHECK (ambulant_days BETWEEN 1 AND 365);
