-- No index refuses a second row for ('bo@x.org', 'active') yet: note 1 would be one, notes 5 and 6 would be two of each
-- other. Note 3 is not active, note 7 alone in its organisation.
--! [[intend]]
--! kind = "unique"
--! table = "public.notes"
--! columns = ["org_email"]
--! where = "state = 'active'"
--! [[intend]]
--! kind = "unique"
--! table = "public.members"
--! columns = ["org_email"]
--! expressions = ["lower(code)"]
CREATE TABLE orgs (email text PRIMARY KEY);
CREATE TABLE notes (id int PRIMARY KEY, org_email text REFERENCES orgs ON DELETE CASCADE ON UPDATE CASCADE, state text);
CREATE TABLE members (id int PRIMARY KEY, org_email text REFERENCES orgs ON UPDATE CASCADE, code text, auditor_leaf int);
INSERT INTO orgs VALUES ('bo@x.org'), ('Bo@x.org '), ('ann@x.org'), ('ANN@x.org'), (' ann@x.org'), ('cy@x.org'),
    ('Cy@x.org');
INSERT INTO notes VALUES (1, 'Bo@x.org ', 'active'), (2, 'cy@x.org', 'new'), (3, 'Bo@x.org ', 'new'),
    (4, 'bo@x.org', 'active'), (5, 'ANN@x.org', 'active'), (6, ' ann@x.org', 'active'), (7, 'Cy@x.org', 'active');
INSERT INTO members VALUES (1, 'bo@x.org', 'a'), (2, 'Bo@x.org ', 'A'), (3, 'Bo@x.org ', 'b'), (4, 'Bo@x.org ', NULL);
ANALYZE;
