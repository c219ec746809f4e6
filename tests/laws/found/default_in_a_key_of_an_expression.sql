-- 'x' for every NULL of also would be a duplicate of the index, so nothing fills it; and no row that violates the one
-- check can be updated for the other.
CREATE TABLE calls (id int PRIMARY KEY, needed text DEFAULT 'x', also text DEFAULT 'x');
INSERT INTO calls VALUES (1, NULL, NULL), (2, '4', '6');
ALTER TABLE calls ADD CHECK (needed IS NOT NULL) NOT VALID;
ALTER TABLE calls ADD CHECK (also IS NOT NULL) NOT VALID;
CREATE UNIQUE INDEX ON calls (lower(also));
ANALYZE;
