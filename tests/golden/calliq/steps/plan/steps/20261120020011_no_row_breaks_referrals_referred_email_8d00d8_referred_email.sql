-- migrate:up
-- 12 of 36, constraints: no row breaks referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-872955c06e
-- lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.referrals, for a scan: reads and writes go on
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
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase') OR false) AND EXISTS (SELECT FROM public.referrals WHERE (referred_email = lower(btrim(referred_email))) IS FALSE) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.referrals', 'referrals_referred_email_8d00d8_referred_email_lowercase' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
