-- The key is of all rows: a soft-deleted one collides as well once it is in lower case.
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, deleted_at timestamptz);
INSERT INTO users VALUES (1, 'ann@x.org', NULL), (2, 'Ann@x.org', '2026-01-01'), (3, 'bo@x.org', NULL);
ANALYZE;
