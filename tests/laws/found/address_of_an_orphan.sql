-- Rows that are not in lower case and refer to nothing: the fence's CHECK refuses to let go before the address is mended.
--! [[intend]]
--! kind = "check"
--! table = "public.users"
--! condition = "email = lower(btrim(email))"
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.users"
--! columns = ["boss_id"]
--! references = "public.bosses(id)"
--! on-delete = "SET NULL"
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.users"
--! columns = ["team_id"]
--! references = "public.teams(id)"
--! on-delete = "SET NULL"
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.users"
--! columns = ["room_id"]
--! references = "public.rooms(id)"
--! on-delete = "SET NULL"
CREATE TABLE bosses (id int PRIMARY KEY);
CREATE TABLE teams (id int PRIMARY KEY);
CREATE TABLE rooms (id int PRIMARY KEY);
CREATE TABLE users (id int PRIMARY KEY, email text, boss_id int, team_id int, room_id int);
INSERT INTO bosses VALUES (1);
INSERT INTO teams VALUES (1);
INSERT INTO rooms VALUES (1);
INSERT INTO users VALUES (1, 'Ann@x.org', 7, 7, 7), (2, 'bo@x.org', 1, 1, 1), (3, 'Cy@x.org', 1, 7, 8);
ANALYZE;
