-- The key's orphan cannot be set NULL, as no row keeps the check: the plan does not say that the key is reopened.
CREATE TABLE notes (id bigint PRIMARY KEY, note_id bigint REFERENCES notes, needed text);
SET session_replication_role = replica;
INSERT INTO notes VALUES (1, 2, NULL);
RESET session_replication_role;
ALTER TABLE notes ADD CHECK (needed IS NOT NULL) NOT VALID;
ANALYZE;
