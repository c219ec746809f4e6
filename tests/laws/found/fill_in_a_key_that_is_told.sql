-- The same where the configuration tells the value: it is not assigned, and neither is the other one.
--! [[intend]]
--! kind = "not-null"
--! table = "public.calls"
--! columns = ["also"]
--! fill = "'x'"
CREATE TABLE calls (id int PRIMARY KEY, needed text DEFAULT 'x', also text);
INSERT INTO calls VALUES (1, NULL, NULL), (2, '4', '6');
ALTER TABLE calls ADD CHECK (needed IS NOT NULL) NOT VALID;
ALTER TABLE calls ADD CHECK (also IS NOT NULL) NOT VALID;
CREATE UNIQUE INDEX ON calls (also);
ANALYZE;
