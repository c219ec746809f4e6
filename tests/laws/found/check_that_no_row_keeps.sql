-- No row keeps the check, so nothing is done about it; then no row can be updated for another reason either.
--! [[intend]]
--! kind = "foreign-key"
--! table = "public.orgs"
--! columns = ["org_id"]
--! references = "public.orgs(id)"
CREATE TABLE orgs (id int PRIMARY KEY, org_id int, needed text);
INSERT INTO orgs VALUES (1, 2, NULL);
ALTER TABLE orgs ADD CHECK (needed IS NOT NULL) NOT VALID;
ANALYZE;
