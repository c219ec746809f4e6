-- The plan declares the intended key with its ON DELETE CASCADE, and is applied a second time.
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.orgs"
--! columns = ["org_id"]
--! references = "public.orgs(id)"
--! on-delete = "CASCADE"
CREATE TABLE orgs (id int PRIMARY KEY, org_id int NOT NULL);
INSERT INTO orgs VALUES (1, 4), (2, 3);
ANALYZE;
