-- A row that is NULL against two checks is filled for both at once: for one alone the other would refuse it.
CREATE TABLE users (id int PRIMARY KEY, needed text DEFAULT 'x', also text DEFAULT 'y');
INSERT INTO users VALUES (1, NULL, NULL), (2, 'a', 'b'), (3, NULL, 'c'), (4, 'd', NULL);
ALTER TABLE users ADD CHECK (needed IS NOT NULL) NOT VALID;
ALTER TABLE users ADD CHECK (also IS NOT NULL) NOT VALID;
ANALYZE;
