-- migrate:up
-- 25 of 36, verify: so it is: no DELETE for authenticated on public.referrals
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-9bfad9f797
-- lock none: reads the catalog
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
    IF NOT (NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a WHERE c.oid = pg_catalog.to_regclass('public.referrals') AND a.grantee = pg_catalog.to_regrole('authenticated') AND a.privilege_type = 'DELETE')) THEN
        RAISE EXCEPTION 'not so: %', 'no DELETE for authenticated on public.referrals';
    END IF;
END
$auditor$;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
