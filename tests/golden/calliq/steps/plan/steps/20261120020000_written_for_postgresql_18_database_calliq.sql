-- migrate:up
-- 1 of 34, guard: written for PostgreSQL 18, database calliq
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-73a797a45a, F-83354c485c, F-872955c06e, F-9bfad9f797, F-b3d78413a8
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
BEGIN
IF pg_catalog.current_setting('server_version_num')::integer / 10000 <> 18 THEN
RAISE EXCEPTION 'this plan is written for PostgreSQL %, this is %', 18, pg_catalog.current_setting('server_version') USING HINT = 'Audit this server and use the plan of that audit.';
END IF;
IF pg_catalog.current_database() <> 'calliq' THEN
RAISE EXCEPTION 'this plan is written for the database %, this is %', 'calliq', pg_catalog.current_database() USING HINT = 'Connect to the database that was audited, or audit this one.';
END IF;
END
$auditor$;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
