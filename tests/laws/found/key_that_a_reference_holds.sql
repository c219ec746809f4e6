-- An address that others refer to cannot be lower-cased under them: they do not follow.
CREATE TABLE orgs (email text PRIMARY KEY);
CREATE TABLE users (id int PRIMARY KEY, org_email text REFERENCES orgs);
INSERT INTO orgs VALUES ('Ann@x.org'), ('bo@x.org'), (' cy@x.org');
INSERT INTO users VALUES (1, 'Ann@x.org'), (2, NULL);
ANALYZE;
