-- One of everything that a rollback may leave otherwise than it was.
SELECT lo_create(4711);
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE aside LOCATION '';
CREATE SCHEMA side;
GRANT USAGE ON SCHEMA side TO anon;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO anon;
CREATE TYPE mood AS ENUM ('first', 'second');
CREATE DOMAIN amount AS int;
CREATE SEQUENCE loose;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE kinds (
    id int PRIMARY KEY DEFERRABLE, number int GENERATED ALWAYS AS IDENTITY, words text, real float8, exact numeric,
    moment timestamptz, span interval, plain json, doc jsonb, bytes bytea, list text[], long text,
    feeling mood, price amount);
INSERT INTO kinds (id, words, real, exact, moment, span, plain, doc, bytes, list, long, price) VALUES
    (1, 'a', 0.1, 1.5, '2026-10-25 00:30:00.123456+00', '1 day', '{"a":1}', '{"a": 1}', '\x00', '{NULL}',
        repeat('long ', 60000), 1),
    (2, NULL, 0, NULL, 'infinity', NULL, NULL, NULL, '', NULL, '', 2);
CREATE INDEX kinds_words ON kinds (words);
CREATE INDEX kinds_lower ON kinds (lower(words));
CREATE STATISTICS pair ON words, exact FROM kinds;
CREATE TRIGGER noted AFTER UPDATE ON kinds FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE kinds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON kinds USING (id > 0);
COMMENT ON CONSTRAINT kinds_pkey ON kinds IS 'the key';
COMMENT ON INDEX kinds_words IS 'looked up often';
GRANT SELECT, UPDATE (words) ON kinds TO anon;
CREATE TABLE refers (id int PRIMARY KEY, kind int);
CREATE TABLE named (id int PRIMARY KEY);
ALTER TABLE refers ADD CONSTRAINT refers_kind_fkey FOREIGN KEY (kind) REFERENCES named;
CREATE TABLE again (kind int, CONSTRAINT again_kind_fkey FOREIGN KEY (kind) REFERENCES named);
CREATE TABLE odd (whole int, other int);
INSERT INTO odd VALUES (1, 1);
CREATE TABLE bag (a int);
INSERT INTO bag VALUES (1), (1), (2);
CREATE RULE kept AS ON UPDATE TO bag DO ALSO NOTIFY bag;
CREATE TABLE parts (a int) PARTITION BY LIST (a);
CREATE TABLE parts_a (a int);
CREATE TABLE parts_b (a int);
ALTER TABLE parts ATTACH PARTITION parts_a FOR VALUES IN (1, 2);
ALTER TABLE parts ATTACH PARTITION parts_b FOR VALUES IN (3);
CREATE TABLE base (a int);
CREATE TABLE child () INHERITS (base);
INSERT INTO base VALUES (1);
CREATE UNLOGGED TABLE fleeting (a int);
INSERT INTO fleeting VALUES (1);
CREATE MATERIALIZED VIEW seen AS SELECT a FROM bag;
CREATE VIEW shown AS SELECT 1 AS number;
CREATE PUBLICATION news FOR TABLE named;
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch();
