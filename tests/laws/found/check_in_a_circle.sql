-- A row that no update may touch before it is set aside itself, in tables that refer to each other in a circle.
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.notes"
--! columns = ["plan_id"]
--! references = "public.plans(id)"
--! on-delete = "CASCADE"
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.plans"
--! columns = ["note_id"]
--! references = "public.notes(id)"
--! on-delete = "SET NULL"
CREATE TABLE notes (id int PRIMARY KEY, plan_id int);
CREATE TABLE plans (id int PRIMARY KEY, note_id int, also text);
INSERT INTO notes VALUES (1, 7), (2, 2);
INSERT INTO plans VALUES (1, 1, NULL), (2, 2, 'a');
ALTER TABLE plans ADD CHECK (also IS NOT NULL) NOT VALID;
ANALYZE;
