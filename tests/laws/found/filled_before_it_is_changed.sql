-- A row that is NULL against a check can be lower-cased once it is filled.
CREATE TABLE users (id int PRIMARY KEY, email text, needed text DEFAULT 'x', zeal text DEFAULT 'x');
INSERT INTO users VALUES (1, 'Ann@x.org', NULL, 'a'), (2, 'bo@x.org', 'a', 'b');
ALTER TABLE users ADD CHECK (needed IS NOT NULL) NOT VALID;
ANALYZE;
