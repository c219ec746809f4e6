-- 50-verify.sql: counts again; raises an error where a violation is left
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
-- 40 steps
-- read it, then: psql -X -v ON_ERROR_STOP=1 -f 50-verify.sql
-- it can be stopped anywhere and run again

\set ON_ERROR_STOP on
\encoding UTF8

-- step 1: written for PostgreSQL 18, database calliq
-- finding F-08a95c1528, F-0cf840b09e, F-3f080beb81, F-54f7a394b6, F-6da80bef00, F-6de59cf672, F-73a797a45a, F-83354c485c, F-848034fdc0, F-872955c06e, F-8795ec2e55, F-8b66c8b1a1, F-9bfad9f797, F-a4d0353fb2, F-b3d78413a8, F-b486fca505, F-bc59456e41, F-bd3ede389d, F-bd6feb7d8e, F-c599d31890, F-d819c0ea38, F-e383d4fb0c, F-e3d8211813, F-ee0ac07f43, F-f1283c8d26, F-f5937acf55
-- lock none on tables of yours
\echo step 1 of 40
-- written for PostgreSQL 18, database calliq
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
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
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    held record;
BEGIN
    FOR held IN SELECT * FROM (SELECT pg_catalog.format('the transaction of pid %s (%s, %s)', a.pid,
        coalesce(nullif(a.application_name, ''), 'unnamed'), a.state) AS called,
        a.xact_start AS since, pg_catalog.format('SELECT pg_terminate_backend(%s);', a.pid) AS ends
        FROM pg_catalog.pg_stat_activity AS a WHERE a.datname = pg_catalog.current_database()
        AND a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
        UNION ALL
        SELECT pg_catalog.format('the prepared transaction %L of %s', p.gid, p.owner), p.prepared,
        pg_catalog.format('COMMIT PREPARED %L; or ROLLBACK PREPARED %L;', p.gid, p.gid)
        FROM pg_catalog.pg_prepared_xacts AS p WHERE p.database = pg_catalog.current_database()) AS found
        WHERE found.since < pg_catalog.clock_timestamp() - interval '1 minute' ORDER BY found.since LOOP
        RAISE WARNING '% has been open for %: whoever needs its locks waits for it, and so does every concurrent build', held.called,
            (pg_catalog.clock_timestamp() - held.since)::interval(0)
            USING HINT = 'Wait until it has ended, or end it: ' || held.ends;
    END LOOP;
END
$auditor$;
COMMIT;

-- step 2: no row of public.transcripts violates
-- finding F-bc59456e41
-- lock ACCESS SHARE on public.transcripts: nobody waits
\echo step 2 of 40
-- no row of public.transcripts violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.transcripts
        WHERE public.transcripts.call_id IS NOT NULL AND NOT (EXISTS (SELECT 1
        FROM public.calls AS ref
        WHERE ref.id = public.transcripts.call_id)) AND public.transcripts.call_id != '00000000-0000-0000-0000-000000000000');
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.transcripts';
    END IF;
END
$auditor$;
COMMIT;

-- step 3: no row of public.usage_metrics violates
-- finding F-b486fca505
-- lock ACCESS SHARE on public.usage_metrics: nobody waits
\echo step 3 of 40
-- no row of public.usage_metrics violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.usage_metrics
        WHERE ((quantity >= 0)) IS false);
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.usage_metrics';
    END IF;
END
$auditor$;
COMMIT;

-- step 4: no row of public.usage_metrics violates
-- finding F-bd3ede389d
-- lock ACCESS SHARE on public.usage_metrics: nobody waits
\echo step 4 of 40
-- no row of public.usage_metrics violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.usage_metrics
        WHERE (public.usage_metrics.metadata ->> 'call_id') IS NOT NULL AND NOT (EXISTS (SELECT 1
        FROM public.calls AS ref
        WHERE CAST(ref.id AS TEXT) = lower(public.usage_metrics.metadata ->> 'call_id'))) AND (lower(btrim(CAST(public.usage_metrics.metadata ->> 'call_id' AS TEXT))) NOT IN ('', '-', '0', '-1', 'n/a', 'none', 'null', '00000000-0000-0000-0000-000000000000')));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.usage_metrics';
    END IF;
END
$auditor$;
COMMIT;

-- step 5: no row of public.usage_metrics violates
-- finding F-ee0ac07f43
-- lock ACCESS SHARE on public.usage_metrics: nobody waits
\echo step 5 of 40
-- no row of public.usage_metrics violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.usage_metrics
        WHERE (public.usage_metrics.tableoid, public.usage_metrics.ctid) IN (SELECT ranked.leaf, ranked.place
        FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_metrics.event_key ORDER BY public.usage_metrics.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
        FROM public.usage_metrics
        WHERE public.usage_metrics.event_key IS NOT NULL) AS ranked
        WHERE ranked.number > 1));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.usage_metrics';
    END IF;
END
$auditor$;
COMMIT;

-- step 6: no row of public.calls violates
-- finding F-0cf840b09e
-- lock ACCESS SHARE on public.calls: nobody waits
\echo step 6 of 40
-- no row of public.calls violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.calls
        WHERE public.calls.file_url IS NULL);
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 7: no row of public.calls violates
-- finding F-3f080beb81
-- lock ACCESS SHARE on public.calls: nobody waits
\echo step 7 of 40
-- no row of public.calls violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.calls
        WHERE public.calls.customer_email IS NOT NULL AND public.calls.customer_email != lower(btrim(public.calls.customer_email)));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 8: no row of public.calls violates
-- finding F-8795ec2e55
-- lock ACCESS SHARE on public.calls: nobody waits
\echo step 8 of 40
-- no row of public.calls violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.calls
        WHERE public.calls.user_id IS NULL);
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 9: no row of public.calls violates
-- finding F-e3d8211813
-- lock ACCESS SHARE on public.calls: nobody waits
\echo step 9 of 40
-- no row of public.calls violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.calls
        WHERE public.calls.duration IS NULL);
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 10: no row of public.referrals violates
-- finding F-83354c485c
-- lock ACCESS SHARE on public.referrals: nobody waits
\echo step 10 of 40
-- no row of public.referrals violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
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
COMMIT;

-- step 11: no row of public.referrals violates
-- finding F-73a797a45a
-- lock ACCESS SHARE on public.referrals: nobody waits
\echo step 11 of 40
-- no row of public.referrals violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
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
        WHERE public.referrals.referrer_id IS NOT NULL AND NOT (EXISTS (SELECT 1
        FROM public.users AS ref
        WHERE ref.id = public.referrals.referrer_id)));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.referrals';
    END IF;
END
$auditor$;
COMMIT;

-- step 12: no row of public.referrals violates
-- finding F-872955c06e
-- lock ACCESS SHARE on public.referrals: nobody waits
\echo step 12 of 40
-- no row of public.referrals violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
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
        WHERE public.referrals.referred_email IS NOT NULL AND public.referrals.referred_email != lower(btrim(public.referrals.referred_email)));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.referrals';
    END IF;
END
$auditor$;
COMMIT;

-- step 13: no row of public.usage_reservations violates
-- finding F-08a95c1528
-- lock ACCESS SHARE on public.usage_reservations: nobody waits
\echo step 13 of 40
-- no row of public.usage_reservations violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.usage_reservations
        WHERE public.usage_reservations.org_id IS NOT NULL AND NOT (EXISTS (SELECT 1
        FROM public.organizations AS ref
        WHERE ref.id = public.usage_reservations.org_id)));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.usage_reservations';
    END IF;
END
$auditor$;
COMMIT;

-- step 14: no row of public.usage_reservations violates
-- finding F-bd6feb7d8e
-- lock ACCESS SHARE on public.usage_reservations: nobody waits
\echo step 14 of 40
-- no row of public.usage_reservations violates
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.usage_reservations
        WHERE (public.usage_reservations.tableoid, public.usage_reservations.ctid) IN (SELECT ranked.leaf, ranked.place
        FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_reservations.org_id ORDER BY public.usage_reservations.created_at DESC NULLS LAST, public.usage_reservations.id DESC NULLS LAST, tableoid DESC NULLS LAST, ctid DESC NULLS LAST) AS number
        FROM public.usage_reservations
        WHERE public.usage_reservations.status = 'active' AND public.usage_reservations.org_id IS NOT NULL) AS ranked
        WHERE ranked.number > 1));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.usage_reservations';
    END IF;
END
$auditor$;
COMMIT;

-- step 15: index call_weekly_stats_org_id_week_key on public.call_weekly_stats is valid
-- finding F-c599d31890
-- lock none: reads the catalog
\echo step 15 of 40
-- index call_weekly_stats_org_id_week_key on public.call_weekly_stats is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.call_weekly_stats_org_id_week_key') AND i.indrelid = pg_catalog.to_regclass('public.call_weekly_stats') AND i.indisvalid) THEN
        RAISE EXCEPTION 'the index % of % is not there, or invalid', 'call_weekly_stats_org_id_week_key', 'public.call_weekly_stats';
    END IF;
END
$auditor$;
COMMIT;

-- step 16: calls_customer_email_8aa27b_customer_email_lowercase on public.calls is valid
-- finding F-3f080beb81
-- lock none: reads the catalog
\echo step 16 of 40
-- calls_customer_email_8aa27b_customer_email_lowercase on public.calls is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_customer_email_8aa27b_customer_email_lowercase' AND k.contype = 'c' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'calls_customer_email_8aa27b_customer_email_lowercase', 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 17: calls_duration_not_null on public.calls is valid
-- finding F-e3d8211813
-- lock none: reads the catalog
\echo step 17 of 40
-- calls_duration_not_null on public.calls is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_duration_not_null' AND k.contype = 'n' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'calls_duration_not_null', 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 18: calls_file_url_not_null on public.calls is valid
-- finding F-0cf840b09e
-- lock none: reads the catalog
\echo step 18 of 40
-- calls_file_url_not_null on public.calls is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_file_url_not_null' AND k.contype = 'n' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'calls_file_url_not_null', 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 19: calls_user_id_not_null on public.calls is valid
-- finding F-8795ec2e55
-- lock none: reads the catalog
\echo step 19 of 40
-- calls_user_id_not_null on public.calls is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_user_id_not_null' AND k.contype = 'n' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'calls_user_id_not_null', 'public.calls';
    END IF;
END
$auditor$;
COMMIT;

-- step 20: public.organization_usage is filled
-- finding F-f1283c8d26
-- lock none: reads the catalog
\echo step 20 of 40
-- public.organization_usage is filled
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.organization_usage') AND c.relispopulated) THEN
        RAISE EXCEPTION '% is not populated', 'public.organization_usage';
    END IF;
END
$auditor$;
COMMIT;

-- step 21: organizations_timezone_not_null on public.organizations is valid
-- finding F-54f7a394b6
-- lock none: reads the catalog
\echo step 21 of 40
-- organizations_timezone_not_null on public.organizations is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.organizations') AND k.conname = 'organizations_timezone_not_null' AND k.contype = 'n' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'organizations_timezone_not_null', 'public.organizations';
    END IF;
END
$auditor$;
COMMIT;

-- step 22: index referrals_referred_email_1cba57_key on public.referrals is valid
-- finding F-83354c485c
-- lock none: reads the catalog
\echo step 22 of 40
-- index referrals_referred_email_1cba57_key on public.referrals is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND i.indisvalid) THEN
        RAISE EXCEPTION 'the index % of % is not there, or invalid', 'referrals_referred_email_1cba57_key', 'public.referrals';
    END IF;
END
$auditor$;
COMMIT;

-- step 23: referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals is valid
-- finding F-872955c06e
-- lock none: reads the catalog
\echo step 23 of 40
-- referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase' AND k.contype = 'c' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'referrals_referred_email_8d00d8_referred_email_lowercase', 'public.referrals';
    END IF;
END
$auditor$;
COMMIT;

-- step 24: index transcripts_reviewed_by_idx on public.transcripts is valid
-- finding F-848034fdc0
-- lock none: reads the catalog
\echo step 24 of 40
-- index transcripts_reviewed_by_idx on public.transcripts is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.transcripts_reviewed_by_idx') AND i.indrelid = pg_catalog.to_regclass('public.transcripts') AND i.indisvalid) THEN
        RAISE EXCEPTION 'the index % of % is not there, or invalid', 'transcripts_reviewed_by_idx', 'public.transcripts';
    END IF;
END
$auditor$;
COMMIT;

-- step 25: transcripts_language_not_null on public.transcripts is valid
-- finding F-6de59cf672
-- lock none: reads the catalog
\echo step 25 of 40
-- transcripts_language_not_null on public.transcripts is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_language_not_null' AND k.contype = 'n' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'transcripts_language_not_null', 'public.transcripts';
    END IF;
END
$auditor$;
COMMIT;

-- step 26: transcripts_word_count_not_null on public.transcripts is valid
-- finding F-6da80bef00
-- lock none: reads the catalog
\echo step 26 of 40
-- transcripts_word_count_not_null on public.transcripts is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_word_count_not_null' AND k.contype = 'n' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'transcripts_word_count_not_null', 'public.transcripts';
    END IF;
END
$auditor$;
COMMIT;

-- step 27: index usage_metrics_event_key_key on public.usage_metrics is valid
-- finding F-ee0ac07f43
-- lock none: reads the catalog
\echo step 27 of 40
-- index usage_metrics_event_key_key on public.usage_metrics is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_metrics_event_key_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_metrics') AND i.indisvalid) THEN
        RAISE EXCEPTION 'the index % of % is not there, or invalid', 'usage_metrics_event_key_key', 'public.usage_metrics';
    END IF;
END
$auditor$;
COMMIT;

-- step 28: index usage_reservations_org_id_f38b71_key on public.usage_reservations is valid
-- finding F-bd6feb7d8e
-- lock none: reads the catalog
\echo step 28 of 40
-- index usage_reservations_org_id_f38b71_key on public.usage_reservations is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_reservations_org_id_f38b71_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_reservations') AND i.indisvalid) THEN
        RAISE EXCEPTION 'the index % of % is not there, or invalid', 'usage_reservations_org_id_f38b71_key', 'public.usage_reservations';
    END IF;
END
$auditor$;
COMMIT;

-- step 29: notifications_user_id_fkey on public.notifications is valid
-- finding F-a4d0353fb2
-- lock none: reads the catalog
\echo step 29 of 40
-- notifications_user_id_fkey on public.notifications is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.notifications') AND k.conname = 'notifications_user_id_fkey' AND k.contype = 'f' AND k.convalidated AND k.confrelid = pg_catalog.to_regclass('public.users')) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'notifications_user_id_fkey', 'public.notifications';
    END IF;
END
$auditor$;
COMMIT;

-- step 30: referrals_referred_user_id_fkey on public.referrals is valid
-- finding F-b3d78413a8
-- lock none: reads the catalog
\echo step 30 of 40
-- referrals_referred_user_id_fkey on public.referrals is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_user_id_fkey' AND k.contype = 'f' AND k.convalidated AND k.confrelid = pg_catalog.to_regclass('public.users')) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'referrals_referred_user_id_fkey', 'public.referrals';
    END IF;
END
$auditor$;
COMMIT;

-- step 31: referrals_referrer_id_fkey on public.referrals is valid
-- finding F-73a797a45a
-- lock none: reads the catalog
\echo step 31 of 40
-- referrals_referrer_id_fkey on public.referrals is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
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
COMMIT;

-- step 32: transcripts_call_id_fkey on public.transcripts is valid
-- finding F-bc59456e41
-- lock none: reads the catalog
\echo step 32 of 40
-- transcripts_call_id_fkey on public.transcripts is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_call_id_fkey' AND k.contype = 'f' AND k.convalidated AND k.confrelid = pg_catalog.to_regclass('public.calls')) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'transcripts_call_id_fkey', 'public.transcripts';
    END IF;
END
$auditor$;
COMMIT;

-- step 33: usage_metrics_quantity_check on public.usage_metrics is valid
-- finding F-b486fca505
-- lock none: reads the catalog
\echo step 33 of 40
-- usage_metrics_quantity_check on public.usage_metrics is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_metrics') AND k.conname = 'usage_metrics_quantity_check' AND k.contype = 'c' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'usage_metrics_quantity_check', 'public.usage_metrics';
    END IF;
END
$auditor$;
COMMIT;

-- step 34: usage_reservations_org_id_fkey on public.usage_reservations is valid
-- finding F-08a95c1528
-- lock none: reads the catalog
\echo step 34 of 40
-- usage_reservations_org_id_fkey on public.usage_reservations is valid
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_reservations') AND k.conname = 'usage_reservations_org_id_fkey' AND k.contype = 'f' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'usage_reservations_org_id_fkey', 'public.usage_reservations';
    END IF;
END
$auditor$;
COMMIT;

-- step 35: so it is: row security on public.notifications
-- finding F-e383d4fb0c
-- lock none: reads the catalog
\echo step 35 of 40
-- so it is: row security on public.notifications
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.notifications') AND c.relrowsecurity)) THEN
        RAISE EXCEPTION 'not so: %', 'row security on public.notifications';
    END IF;
END
$auditor$;
COMMIT;

-- step 36: so it is: no UPDATE for authenticated on public.referral_statistics
-- finding F-d819c0ea38
-- lock none: reads the catalog
\echo step 36 of 40
-- so it is: no UPDATE for authenticated on public.referral_statistics
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT (NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a WHERE c.oid = pg_catalog.to_regclass('public.referral_statistics') AND a.grantee = pg_catalog.to_regrole('authenticated') AND a.privilege_type = 'UPDATE')) THEN
        RAISE EXCEPTION 'not so: %', 'no UPDATE for authenticated on public.referral_statistics';
    END IF;
END
$auditor$;
COMMIT;

-- step 37: so it is: no policy users update statistics on public.referral_statistics
-- finding F-d819c0ea38
-- lock none: reads the catalog
\echo step 37 of 40
-- so it is: no policy users update statistics on public.referral_statistics
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT (NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = pg_catalog.to_regclass('public.referral_statistics') AND p.polname = 'users update statistics')) THEN
        RAISE EXCEPTION 'not so: %', 'no policy users update statistics on public.referral_statistics';
    END IF;
END
$auditor$;
COMMIT;

-- step 38: so it is: no DELETE for authenticated on public.referrals
-- finding F-9bfad9f797
-- lock none: reads the catalog
\echo step 38 of 40
-- so it is: no DELETE for authenticated on public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
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
COMMIT;

-- step 39: so it is: row security on public.usage_metrics
-- finding F-8b66c8b1a1
-- lock none: reads the catalog
\echo step 39 of 40
-- so it is: row security on public.usage_metrics
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.usage_metrics') AND c.relrowsecurity)) THEN
        RAISE EXCEPTION 'not so: %', 'row security on public.usage_metrics';
    END IF;
END
$auditor$;
COMMIT;

-- step 40: so it is: row security for the owner too on public.usage_reservations
-- finding F-f5937acf55
-- lock none: reads the catalog
\echo step 40 of 40
-- so it is: row security for the owner too on public.usage_reservations
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.usage_reservations') AND c.relforcerowsecurity)) THEN
        RAISE EXCEPTION 'not so: %', 'row security for the owner too on public.usage_reservations';
    END IF;
END
$auditor$;
COMMIT;
