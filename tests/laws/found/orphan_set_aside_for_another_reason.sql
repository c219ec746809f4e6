-- Every row violates the validated key, so nothing is done about that; one of them is set aside for its NULL, and has
-- to come back past the key.
CREATE TABLE calls (id bigint PRIMARY KEY);
CREATE TABLE orgs (id int PRIMARY KEY, call_id bigint NOT NULL REFERENCES calls, needed text);
SET session_replication_role = replica;
INSERT INTO orgs VALUES (1, 1, '6'), (3, 1, NULL);
RESET session_replication_role;
ALTER TABLE orgs ADD CHECK (needed IS NOT NULL) NOT VALID;
ANALYZE;
