-- migrate:up
-- 24 of 36, verify: referrals_referrer_id_fkey on public.referrals is valid
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-73a797a45a
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
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referrer_id_fkey' AND k.contype = 'f' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'referrals_referrer_id_fkey', 'public.referrals';
    END IF;
END
$auditor$;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
