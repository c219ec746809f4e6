-- Every row violates the validated key, so nothing is done about that; one in lower case would move to another
-- partition, where it is checked like a new one.
CREATE TABLE calls (id int PRIMARY KEY);
CREATE TABLE orgs (email text PRIMARY KEY, call_id int NOT NULL) PARTITION BY list (email);
CREATE TABLE orgs_some PARTITION OF orgs FOR VALUES IN ('Bo@x.org');
CREATE TABLE orgs_rest PARTITION OF orgs DEFAULT;
ALTER TABLE orgs ADD FOREIGN KEY (call_id) REFERENCES calls;
SET session_replication_role = replica;
INSERT INTO orgs VALUES ('Bo@x.org', 2), ('ann@x.org', 1);
RESET session_replication_role;
ANALYZE;
