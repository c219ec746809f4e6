-- migrate:up
-- 9 of 36, indexes: no rows share a key of the index referrals_referred_email_1cba57_key on public.referrals
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-83354c485c
-- lock SHARE UPDATE EXCLUSIVE on public.referrals, for the time of a build: reads and writes go on
-- runs in a transaction, which the runner begins and ends
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
DO $$BEGIN PERFORM pg_catalog.set_config('auditor.path', pg_catalog.current_setting('search_path'), true); END$$;
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND i.indisvalid) AND EXISTS (SELECT FROM public.referrals WHERE (lower(referred_email)) IS NOT NULL GROUP BY (lower(referred_email)) HAVING pg_catalog.count(*) > 1) THEN
        RAISE EXCEPTION 'rows of % share a key of the unique index % that is to be built; nothing has been changed', 'public.referrals', 'referrals_referred_email_1cba57_key' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
