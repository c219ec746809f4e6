-- migrate:up
-- 18 of 36, verify: no row of public.referrals violates
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-83354c485c
-- lock ACCESS SHARE on public.referrals: nobody waits
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
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.referrals
        WHERE (public.referrals.tableoid, public.referrals.ctid) IN (SELECT ranked.leaf, ranked.place
        FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY lower(btrim(public.referrals.referred_email)) ORDER BY public.referrals.created_at ASC NULLS LAST, public.referrals.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
        FROM public.referrals
        WHERE lower(btrim(public.referrals.referred_email)) IS NOT NULL) AS ranked
        WHERE ranked.number > 1));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.referrals';
    END IF;
END
$auditor$;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
