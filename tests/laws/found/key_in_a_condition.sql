-- An orphan that is set NULL would come to share the key of an index on rows without a reference.
CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE users (id int PRIMARY KEY, org_id int, code int);
INSERT INTO orgs VALUES (1);
INSERT INTO users VALUES (1, NULL, 5), (2, 9, 5), (3, 1, 5);
ALTER TABLE users ADD FOREIGN KEY (org_id) REFERENCES orgs ON DELETE SET NULL NOT VALID;
CREATE UNIQUE INDEX ON users (code) WHERE org_id IS NULL;
ANALYZE;
