-- What replaces NULL may be told by another column of the row, or by the column itself.
--! [[intend]]
--! kind = "not-null"
--! table = "public.orgs"
--! columns = ["filled"]
--! fill = "coalesce(filled, size) + id"
CREATE TABLE orgs (id int PRIMARY KEY, size int, filled int);
INSERT INTO orgs VALUES (1, 5, NULL), (2, 6, 7);
