-- From PostgreSQL 18 on a column has one NOT NULL constraint at most, valid or not.
CREATE TABLE users (id int PRIMARY KEY, needed text);
INSERT INTO users VALUES (1, 'a'), (2, 'b');
DO $do$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        EXECUTE 'ALTER TABLE users ADD CONSTRAINT given NOT NULL needed NOT VALID';
    END IF;
END
$do$;
ANALYZE;
