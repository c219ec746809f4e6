-- One value for several rows, in a key that is there.
--! [[intend]]
--! kind = "not-null"
--! table = "public.orgs"
--! columns = ["filled"]
--! fill = "7"
CREATE TABLE orgs (id int PRIMARY KEY, filled int UNIQUE);
INSERT INTO orgs VALUES (1, NULL), (2, NULL), (3, 7);
ANALYZE;
