-- An index on an expression would refuse 5 for both rows: a person decides, and lets them go.
--! [[intend]]
--! kind = "not-null"
--! table = "public.notes"
--! columns = ["filled"]
CREATE TABLE notes (id int PRIMARY KEY, filled int DEFAULT 5);
INSERT INTO notes VALUES (1, NULL), (2, NULL), (3, 5);
CREATE UNIQUE INDEX ON notes (lower(filled::text));
ANALYZE;
