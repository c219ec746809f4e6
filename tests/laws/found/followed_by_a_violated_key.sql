-- What follows an address by ON UPDATE CASCADE has to follow it back: not by a key that a rollback takes away meanwhile.
CREATE TABLE users (email text PRIMARY KEY);
CREATE TABLE plans (id int PRIMARY KEY, user_email text REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE);
SET session_replication_role = replica;
INSERT INTO users VALUES ('bo@x.org'), (' cy@x.org');
INSERT INTO plans VALUES (1, ' cy@x.org'), (2, 'dee@x.org'), (3, 'bo@x.org');
RESET session_replication_role;
ANALYZE;
