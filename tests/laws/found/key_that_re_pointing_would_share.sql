-- User 2 goes, user 1 stays: of members 2 and 3 the one that would be a second (1, 10) goes along, the other one stays.
--! [[intend]]
--! kind = "unique"
--! table = "public.users"
--! columns = ["code"]
CREATE TABLE users (id int PRIMARY KEY, code text);
CREATE TABLE members (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, org int NOT NULL);
INSERT INTO users VALUES (1, 'a'), (2, 'a'), (3, 'b');
INSERT INTO members VALUES (1, 1, 10), (2, 2, 10), (3, 2, 11), (4, 3, 10);
CREATE UNIQUE INDEX ON members (org, user_id);
ANALYZE;
