-- migrate:up
-- 36 of 36, rollback: nothing is left in the quarantine of this plan
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-73a797a45a, F-83354c485c, F-872955c06e
-- lock none on tables of yours
-- runs in a transaction, which the runner begins and ends
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
DO $$BEGIN PERFORM pg_catalog.set_config('auditor.path', pg_catalog.current_setting('search_path'), true); END$$;
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    kept record;
    number bigint;
    left_over bigint := 0;
BEGIN
    FOR kept IN SELECT c.oid::pg_catalog.regclass::text AS place, pg_catalog.format('SELECT pg_catalog.count(DISTINCT %I) FROM %s',
        (SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum = 3),
        c.oid::pg_catalog.regclass) AS counting
        FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND pg_catalog.starts_with(c.relname, 'p20261120020000_')
        AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'auditor_quarantine') ORDER BY 1 LOOP
        EXECUTE kept.counting INTO number;
        left_over := left_over + number;
        IF number > 0 THEN
            RAISE WARNING '% rows stay in %: their keys are taken, their values have changed since, or other rows refer to them', number, kept.place;
        END IF;
    END LOOP;
    IF left_over > 0 THEN
        RAISE EXCEPTION 'not everything could be brought back: % rows stay in the quarantine', left_over USING HINT = 'The warnings above name its tables. Decide about these rows; then run this file again.';
    END IF;
    FOR kept IN SELECT c.oid::pg_catalog.regclass::text AS place
        FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND pg_catalog.starts_with(c.relname, 'p20261120020000_')
        AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'auditor_quarantine') UNION ALL SELECT c.oid::pg_catalog.regclass::text AS place
        FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND pg_catalog.starts_with(c.relname, 'todo_p20261120020000_')
        AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'auditor_quarantine') LOOP
        EXECUTE 'DROP TABLE ' || kept.place;
    END LOOP;
    IF EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'auditor_quarantine' AND NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.relnamespace = n.oid)) THEN
        DROP SCHEMA auditor_quarantine;
    END IF;
END
$auditor$;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
