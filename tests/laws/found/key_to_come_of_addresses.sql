-- Addresses that become equal in lower case, in a key of the coming migration that says nothing of lower case.
--! [[intend]]
--! kind = "unique"
--! table = "public.calls"
--! columns = ["email"]
--! where = "state = 'active'"
CREATE TABLE calls (id int PRIMARY KEY, email text, state text);
INSERT INTO calls VALUES (1, 'BO@x.org', 'active'), (2, 'BO@x.org', 'active'), (3, 'Ann@x.org', 'active'),
    (4, 'ann@x.org', 'active'), (5, 'cy@x.org', 'new');
ANALYZE;
