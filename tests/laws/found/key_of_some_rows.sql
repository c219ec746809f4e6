-- A unique index on some rows, of which no check asks, would refuse addresses that become equal.
CREATE TABLE notes (id int PRIMARY KEY, email text, quantity int);
INSERT INTO notes VALUES (1, 'ann@x.org', 1), (2, 'Ann@x.org', 1), (3, 'bo@x.org', 0);
CREATE UNIQUE INDEX ON notes (email) WHERE quantity > 0;
ANALYZE;
