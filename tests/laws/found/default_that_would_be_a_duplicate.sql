-- A constant default is no value for a column of a key to come.
--! [[intend]]
--! kind = "not-null"
--! table = "public.users"
--! columns = ["filled"]
--! [[intend]]
--! kind = "unique"
--! table = "public.users"
--! columns = ["filled"]
--! where = "state = 'active'"
CREATE TABLE users (id int PRIMARY KEY, filled int DEFAULT 5, state text);
INSERT INTO users VALUES (1, NULL, 'active'), (2, NULL, 'active'), (3, 1, 'active');
ANALYZE;
