-- 90-rollback.sql: takes back what the other files did; run it only to undo them
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
-- 46 steps
-- read it, then: psql -X -v ON_ERROR_STOP=1 -f 90-rollback.sql
-- it can be stopped anywhere and run again

\set ON_ERROR_STOP on
\encoding UTF8

-- step 1: written for PostgreSQL 18, database calliq
-- finding F-08a95c1528, F-0cf840b09e, F-3f080beb81, F-54f7a394b6, F-6da80bef00, F-6de59cf672, F-73a797a45a, F-83354c485c, F-848034fdc0, F-872955c06e, F-8795ec2e55, F-8b66c8b1a1, F-9bfad9f797, F-a4d0353fb2, F-b3d78413a8, F-b486fca505, F-bc59456e41, F-bd3ede389d, F-bd6feb7d8e, F-c599d31890, F-d819c0ea38, F-e383d4fb0c, F-e3d8211813, F-ee0ac07f43, F-f1283c8d26, F-f5937acf55
-- lock none on tables of yours
\echo step 1 of 46
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

-- step 2: undo: row security on public.notifications
-- finding F-e383d4fb0c
-- lock ACCESS EXCLUSIVE on public.notifications, for milliseconds: reads and writes wait
\echo step 2 of 46
-- undo: row security on public.notifications
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
DECLARE
    held record;
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.notifications') AND c.relrowsecurity) THEN
                ALTER TABLE public.notifications DISABLE ROW LEVEL SECURITY;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.notifications')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.notifications')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 3: empty public.organization_usage again
-- finding F-f1283c8d26
-- lock ACCESS EXCLUSIVE on public.organization_usage, while its query runs: its readers wait
\echo step 3 of 46
-- empty public.organization_usage again
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.organization_usage') AND c.relispopulated) THEN
                REFRESH MATERIALIZED VIEW public.organization_usage WITH NO DATA;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.organization_usage')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.organization_usage')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 4: undo: no UPDATE for authenticated on public.referral_statistics
-- finding F-d819c0ea38
-- lock ACCESS EXCLUSIVE on public.referral_statistics, for milliseconds: reads and writes wait
\echo step 4 of 46
-- undo: no UPDATE for authenticated on public.referral_statistics
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
DECLARE
    held record;
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a WHERE c.oid = pg_catalog.to_regclass('public.referral_statistics') AND a.grantee = pg_catalog.to_regrole('authenticated') AND a.privilege_type = 'UPDATE') THEN
                GRANT UPDATE ON TABLE public.referral_statistics TO authenticated;

            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referral_statistics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referral_statistics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 5: undo: no policy users update statistics on public.referral_statistics
-- finding F-d819c0ea38
-- lock ACCESS EXCLUSIVE on public.referral_statistics, for milliseconds: reads and writes wait
\echo step 5 of 46
-- undo: no policy users update statistics on public.referral_statistics
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
DECLARE
    held record;
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = pg_catalog.to_regclass('public.referral_statistics') AND p.polname = 'users update statistics') THEN
                CREATE POLICY "users update statistics" ON public.referral_statistics FOR UPDATE TO authenticated USING (true) WITH CHECK (true);
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referral_statistics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referral_statistics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 6: take away referrals_referrer_id_fkey of public.referrals
-- finding F-73a797a45a, F-83354c485c, F-872955c06e
-- lock ACCESS EXCLUSIVE on public.referrals and public.users, for milliseconds: reads and writes wait
\echo step 6 of 46
-- take away referrals_referrer_id_fkey of public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referrer_id_fkey' AND k.contype = 'f') THEN
                ALTER TABLE public.referrals DROP CONSTRAINT referrals_referrer_id_fkey;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 7: undo: no DELETE for authenticated on public.referrals
-- finding F-9bfad9f797
-- lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait
\echo step 7 of 46
-- undo: no DELETE for authenticated on public.referrals
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
DECLARE
    held record;
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a WHERE c.oid = pg_catalog.to_regclass('public.referrals') AND a.grantee = pg_catalog.to_regrole('authenticated') AND a.privilege_type = 'DELETE') THEN
                GRANT DELETE ON TABLE public.referrals TO authenticated;

            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 8: drop index usage_metrics_event_key_key on public.usage_metrics, which would refuse the duplicates
-- finding F-ee0ac07f43
-- lock SHARE UPDATE EXCLUSIVE on public.usage_metrics, for the time of a build: reads and writes go on; outside transactions
\echo step 8 of 46
-- drop index usage_metrics_event_key_key on public.usage_metrics, which would refuse the duplicates
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_metrics_event_key_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_metrics') AND i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.usage_metrics_event_key_key;
\endif
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 9: drop what a rebuild of index usage_metrics_event_key_key on public.usage_metrics left behind
-- finding F-ee0ac07f43
-- lock SHARE UPDATE EXCLUSIVE on public.usage_metrics, for the time of a build: reads and writes go on; outside transactions
\echo step 9 of 46
-- drop what a rebuild of index usage_metrics_event_key_key on public.usage_metrics left behind
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_metrics_event_key_key_ccold') AND i.indrelid = pg_catalog.to_regclass('public.usage_metrics') AND NOT i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.usage_metrics_event_key_key_ccold;
\endif
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_metrics_event_key_key_ccnew') AND i.indrelid = pg_catalog.to_regclass('public.usage_metrics') AND NOT i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.usage_metrics_event_key_key_ccnew;
\endif
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 10: take away usage_metrics_quantity_check of public.usage_metrics
-- finding F-b486fca505, F-bd3ede389d, F-ee0ac07f43
-- lock ACCESS EXCLUSIVE on public.usage_metrics, for milliseconds: reads and writes wait
\echo step 10 of 46
-- take away usage_metrics_quantity_check of public.usage_metrics
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_metrics') AND k.conname = 'usage_metrics_quantity_check' AND k.contype = 'c') THEN
                ALTER TABLE public.usage_metrics DROP CONSTRAINT usage_metrics_quantity_check;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 11: undo: row security on public.usage_metrics
-- finding F-8b66c8b1a1
-- lock ACCESS EXCLUSIVE on public.usage_metrics, for milliseconds: reads and writes wait
\echo step 11 of 46
-- undo: row security on public.usage_metrics
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
DECLARE
    held record;
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.usage_metrics') AND c.relrowsecurity) THEN
                ALTER TABLE public.usage_metrics DISABLE ROW LEVEL SECURITY;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 12: take away usage_reservations_org_id_fkey of public.usage_reservations
-- finding F-08a95c1528
-- lock ACCESS EXCLUSIVE on public.usage_reservations and public.organizations, for milliseconds: reads and writes wait
\echo step 12 of 46
-- take away usage_reservations_org_id_fkey of public.usage_reservations
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_reservations') AND k.conname = 'usage_reservations_org_id_fkey' AND k.contype = 'f') THEN
                ALTER TABLE public.usage_reservations DROP CONSTRAINT usage_reservations_org_id_fkey;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 13: undo: row security for the owner too on public.usage_reservations
-- finding F-f5937acf55
-- lock ACCESS EXCLUSIVE on public.usage_reservations, for milliseconds: reads and writes wait
\echo step 13 of 46
-- undo: row security for the owner too on public.usage_reservations
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
DECLARE
    held record;
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.usage_reservations') AND c.relforcerowsecurity) THEN
                ALTER TABLE public.usage_reservations NO FORCE ROW LEVEL SECURITY;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 14: drop notifications_user_id_fkey of public.notifications
-- finding F-a4d0353fb2
-- lock ACCESS EXCLUSIVE on public.notifications and public.users, for milliseconds: reads and writes wait
\echo step 14 of 46
-- drop notifications_user_id_fkey of public.notifications
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.notifications') AND k.conname = 'notifications_user_id_fkey' AND k.contype = 'f' AND k.confrelid = pg_catalog.to_regclass('public.users')) THEN
                ALTER TABLE public.notifications DROP CONSTRAINT notifications_user_id_fkey;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.notifications')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.notifications')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 15: drop referrals_referred_user_id_fkey of public.referrals
-- finding F-b3d78413a8
-- lock ACCESS EXCLUSIVE on public.referrals and public.users, for milliseconds: reads and writes wait
\echo step 15 of 46
-- drop referrals_referred_user_id_fkey of public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_user_id_fkey' AND k.contype = 'f' AND k.confrelid = pg_catalog.to_regclass('public.users')) THEN
                ALTER TABLE public.referrals DROP CONSTRAINT referrals_referred_user_id_fkey;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 16: drop transcripts_call_id_fkey of public.transcripts
-- finding F-bc59456e41
-- lock ACCESS EXCLUSIVE on public.transcripts and public.calls, for milliseconds: reads and writes wait
\echo step 16 of 46
-- drop transcripts_call_id_fkey of public.transcripts
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_call_id_fkey' AND k.contype = 'f' AND k.confrelid = pg_catalog.to_regclass('public.calls')) THEN
                ALTER TABLE public.transcripts DROP CONSTRAINT transcripts_call_id_fkey;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 17: drop calls_customer_email_8aa27b_customer_email_lowercase of public.calls
-- finding F-3f080beb81
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait
\echo step 17 of 46
-- drop calls_customer_email_8aa27b_customer_email_lowercase of public.calls
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_customer_email_8aa27b_customer_email_lowercase' AND k.contype = 'c') THEN
                ALTER TABLE public.calls DROP CONSTRAINT calls_customer_email_8aa27b_customer_email_lowercase;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 18: drop calls_duration_not_null of public.calls
-- finding F-e3d8211813
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait
\echo step 18 of 46
-- drop calls_duration_not_null of public.calls
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_duration_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.calls DROP CONSTRAINT calls_duration_not_null;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 19: drop calls_file_url_not_null of public.calls
-- finding F-0cf840b09e
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait
\echo step 19 of 46
-- drop calls_file_url_not_null of public.calls
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_file_url_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.calls DROP CONSTRAINT calls_file_url_not_null;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 20: drop calls_user_id_not_null of public.calls
-- finding F-8795ec2e55
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait
\echo step 20 of 46
-- drop calls_user_id_not_null of public.calls
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_user_id_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.calls DROP CONSTRAINT calls_user_id_not_null;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 21: drop organizations_timezone_not_null of public.organizations
-- finding F-54f7a394b6
-- lock ACCESS EXCLUSIVE on public.organizations, for milliseconds: reads and writes wait
\echo step 21 of 46
-- drop organizations_timezone_not_null of public.organizations
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.organizations') AND k.conname = 'organizations_timezone_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.organizations DROP CONSTRAINT organizations_timezone_not_null;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.organizations')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.organizations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 22: drop referrals_referred_email_8d00d8_referred_email_lowercase of public.referrals
-- finding F-872955c06e
-- lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait
\echo step 22 of 46
-- drop referrals_referred_email_8d00d8_referred_email_lowercase of public.referrals
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase' AND k.contype = 'c') THEN
                ALTER TABLE public.referrals DROP CONSTRAINT referrals_referred_email_8d00d8_referred_email_lowercase;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 23: drop transcripts_language_not_null of public.transcripts
-- finding F-6de59cf672
-- lock ACCESS EXCLUSIVE on public.transcripts, for milliseconds: reads and writes wait
\echo step 23 of 46
-- drop transcripts_language_not_null of public.transcripts
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_language_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.transcripts DROP CONSTRAINT transcripts_language_not_null;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 24: drop transcripts_word_count_not_null of public.transcripts
-- finding F-6da80bef00
-- lock ACCESS EXCLUSIVE on public.transcripts, for milliseconds: reads and writes wait
\echo step 24 of 46
-- drop transcripts_word_count_not_null of public.transcripts
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_word_count_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.transcripts DROP CONSTRAINT transcripts_word_count_not_null;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 25: drop index call_weekly_stats_org_id_week_key on public.call_weekly_stats
-- finding F-c599d31890
-- lock SHARE UPDATE EXCLUSIVE on public.call_weekly_stats, for the time of a build: reads and writes go on; outside transactions
\echo step 25 of 46
-- drop index call_weekly_stats_org_id_week_key on public.call_weekly_stats
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.call_weekly_stats_org_id_week_key') AND i.indrelid = pg_catalog.to_regclass('public.call_weekly_stats') AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = i.indexrelid)) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.call_weekly_stats_org_id_week_key;
\endif
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 26: drop index referrals_referred_email_1cba57_key on public.referrals
-- finding F-83354c485c
-- lock SHARE UPDATE EXCLUSIVE on public.referrals, for the time of a build: reads and writes go on; outside transactions
\echo step 26 of 46
-- drop index referrals_referred_email_1cba57_key on public.referrals
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = i.indexrelid)) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.referrals_referred_email_1cba57_key;
\endif
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 27: drop index transcripts_reviewed_by_idx on public.transcripts
-- finding F-848034fdc0
-- lock SHARE UPDATE EXCLUSIVE on public.transcripts, for the time of a build: reads and writes go on; outside transactions
\echo step 27 of 46
-- drop index transcripts_reviewed_by_idx on public.transcripts
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.transcripts_reviewed_by_idx') AND i.indrelid = pg_catalog.to_regclass('public.transcripts') AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = i.indexrelid)) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.transcripts_reviewed_by_idx;
\endif
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 28: drop index usage_reservations_org_id_f38b71_key on public.usage_reservations
-- finding F-bd6feb7d8e
-- lock SHARE UPDATE EXCLUSIVE on public.usage_reservations, for the time of a build: reads and writes go on; outside transactions
\echo step 28 of 46
-- drop index usage_reservations_org_id_f38b71_key on public.usage_reservations
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_reservations_org_id_f38b71_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_reservations') AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = i.indexrelid)) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.usage_reservations_org_id_f38b71_key;
\endif
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 29: bring back rows of public.usage_reservations
-- finding F-bd6feb7d8e
-- lock SHARE ROW EXCLUSIVE on public.usage_reservations where it has triggers, else ROW EXCLUSIVE on public.usage_reservations: only writers of the same rows wait
\echo step 29 of 46
-- bring back rows of public.usage_reservations
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.usage_reservations
            WHERE (public.usage_reservations.tableoid, public.usage_reservations.ctid) IN (SELECT ranked.leaf, ranked.place
            FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_reservations.org_id ORDER BY public.usage_reservations.created_at DESC NULLS LAST, public.usage_reservations.id DESC NULLS LAST, tableoid DESC NULLS LAST, ctid DESC NULLS LAST) AS number
            FROM public.usage_reservations
            WHERE public.usage_reservations.status = 'active' AND public.usage_reservations.org_id IS NOT NULL) AS ranked
            WHERE ranked.number > 1)) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.usage_reservations' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_usage_reservations_6daf19;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS kept WHERE kept.auditor_step = 'assign-c0786c468f@6a6ffa661b' AND kept.auditor_image = 'new')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS kept WHERE kept.auditor_step = 'assign-c0786c468f@6a6ffa661b' AND kept.auditor_image = 'new' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH reverted AS (UPDATE public.usage_reservations AS kept SET status = was.status
                            FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS was, auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS made
                            WHERE was.auditor_step = 'assign-c0786c468f@6a6ffa661b' AND was.auditor_image = 'old' AND was.auditor_at = auditor_block.moment
                            AND made.auditor_step = 'assign-c0786c468f@6a6ffa661b' AND made.auditor_image = 'new' AND made.auditor_at = auditor_block.moment
                            AND made.auditor_row = was.auditor_row AND (auditor_block.one IS NULL OR made.auditor_row = auditor_block.one)
                            AND kept.id OPERATOR(pg_catalog.=) made.id AND kept.status::text COLLATE pg_catalog."C" IS NOT DISTINCT FROM made.status::text COLLATE pg_catalog."C"
                            AND NOT EXISTS (SELECT FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS later WHERE later.auditor_step = 'assign-c0786c468f@6a6ffa661b' AND later.auditor_image = 'new'
                            AND later.id OPERATOR(pg_catalog.=) made.id AND later.auditor_at > made.auditor_at)
                            RETURNING made.auditor_row AS number)
                            DELETE FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS kept USING reverted
                            WHERE kept.auditor_step = 'assign-c0786c468f@6a6ffa661b' AND kept.auditor_at = auditor_block.moment AND kept.auditor_row = reverted.number;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 30: bring back rows of public.usage_reservations
-- finding F-08a95c1528
-- lock SHARE ROW EXCLUSIVE on public.usage_reservations where it has triggers, else ROW EXCLUSIVE on public.usage_reservations: only writers of the same rows wait
\echo step 30 of 46
-- bring back rows of public.usage_reservations
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.usage_reservations
            WHERE public.usage_reservations.org_id IS NOT NULL AND NOT (EXISTS (SELECT 1
            FROM public.organizations AS ref
            WHERE ref.id = public.usage_reservations.org_id))) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.usage_reservations' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_usage_reservations_6daf19;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS kept WHERE kept.auditor_step = 'set-aside-8b1f835faa' AND kept.auditor_image = 'old')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS kept WHERE kept.auditor_step = 'set-aside-8b1f835faa' AND kept.auditor_image = 'old' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH taken_0 AS (DELETE FROM auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 AS kept WHERE kept.auditor_step = 'set-aside-8b1f835faa' AND kept.auditor_at = auditor_block.moment AND (auditor_block.one IS NULL OR kept.auditor_row = auditor_block.one) RETURNING kept.*)
                            INSERT INTO public.usage_reservations (id, org_id, status, credits, expires_at, created_at) OVERRIDING SYSTEM VALUE SELECT id, org_id, status, credits, expires_at, created_at FROM taken_0;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 31: bring back rows of public.referrals
-- finding F-872955c06e
-- lock SHARE ROW EXCLUSIVE on public.referrals where it has triggers, else ROW EXCLUSIVE on public.referrals: only writers of the same rows wait
\echo step 31 of 46
-- bring back rows of public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.referrals
            WHERE public.referrals.referred_email IS NOT NULL AND public.referrals.referred_email != lower(btrim(public.referrals.referred_email))) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.referrals' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_referrals_8d149f;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'assign-b281a1a7b4@a8011033fe' AND kept.auditor_image = 'new')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'assign-b281a1a7b4@a8011033fe' AND kept.auditor_image = 'new' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH reverted AS (UPDATE public.referrals AS kept SET referred_email = was.referred_email
                            FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS was, auditor_quarantine.p20261120020000_public_referrals_8d149f AS made
                            WHERE was.auditor_step = 'assign-b281a1a7b4@a8011033fe' AND was.auditor_image = 'old' AND was.auditor_at = auditor_block.moment
                            AND made.auditor_step = 'assign-b281a1a7b4@a8011033fe' AND made.auditor_image = 'new' AND made.auditor_at = auditor_block.moment
                            AND made.auditor_row = was.auditor_row AND (auditor_block.one IS NULL OR made.auditor_row = auditor_block.one)
                            AND kept.id OPERATOR(pg_catalog.=) made.id AND kept.referred_email::text COLLATE pg_catalog."C" IS NOT DISTINCT FROM made.referred_email::text COLLATE pg_catalog."C"
                            AND NOT EXISTS (SELECT FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS later WHERE later.auditor_step = 'assign-b281a1a7b4@a8011033fe' AND later.auditor_image = 'new'
                            AND later.id OPERATOR(pg_catalog.=) made.id AND later.auditor_at > made.auditor_at)
                            RETURNING made.auditor_row AS number)
                            DELETE FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept USING reverted
                            WHERE kept.auditor_step = 'assign-b281a1a7b4@a8011033fe' AND kept.auditor_at = auditor_block.moment AND kept.auditor_row = reverted.number;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 32: bring back rows of public.calls
-- finding F-8795ec2e55
-- lock SHARE ROW EXCLUSIVE on public.calls where it has triggers, else ROW EXCLUSIVE on public.calls: only writers of the same rows wait
\echo step 32 of 46
-- bring back rows of public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.calls
            WHERE public.calls.user_id IS NULL) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.calls' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_calls_c81d13;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-72c5946a3e@d1b3f75fc2' AND kept.auditor_image = 'new')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-72c5946a3e@d1b3f75fc2' AND kept.auditor_image = 'new' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH reverted AS (UPDATE public.calls AS kept SET user_id = was.user_id
                            FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS was, auditor_quarantine.p20261120020000_public_calls_c81d13 AS made
                            WHERE was.auditor_step = 'assign-72c5946a3e@d1b3f75fc2' AND was.auditor_image = 'old' AND was.auditor_at = auditor_block.moment
                            AND made.auditor_step = 'assign-72c5946a3e@d1b3f75fc2' AND made.auditor_image = 'new' AND made.auditor_at = auditor_block.moment
                            AND made.auditor_row = was.auditor_row AND (auditor_block.one IS NULL OR made.auditor_row = auditor_block.one)
                            AND kept.id OPERATOR(pg_catalog.=) made.id AND kept.user_id::text COLLATE pg_catalog."C" IS NOT DISTINCT FROM made.user_id::text COLLATE pg_catalog."C"
                            AND NOT EXISTS (SELECT FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS later WHERE later.auditor_step = 'assign-72c5946a3e@d1b3f75fc2' AND later.auditor_image = 'new'
                            AND later.id OPERATOR(pg_catalog.=) made.id AND later.auditor_at > made.auditor_at)
                            RETURNING made.auditor_row AS number)
                            DELETE FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept USING reverted
                            WHERE kept.auditor_step = 'assign-72c5946a3e@d1b3f75fc2' AND kept.auditor_at = auditor_block.moment AND kept.auditor_row = reverted.number;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 33: bring back rows of public.calls
-- finding F-e3d8211813
-- lock SHARE ROW EXCLUSIVE on public.calls where it has triggers, else ROW EXCLUSIVE on public.calls: only writers of the same rows wait
\echo step 33 of 46
-- bring back rows of public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.calls
            WHERE public.calls.duration IS NULL) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.calls' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_calls_c81d13;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-4067f9b69e@8b8f8c6cf6' AND kept.auditor_image = 'new')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-4067f9b69e@8b8f8c6cf6' AND kept.auditor_image = 'new' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH reverted AS (UPDATE public.calls AS kept SET duration = was.duration
                            FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS was, auditor_quarantine.p20261120020000_public_calls_c81d13 AS made
                            WHERE was.auditor_step = 'assign-4067f9b69e@8b8f8c6cf6' AND was.auditor_image = 'old' AND was.auditor_at = auditor_block.moment
                            AND made.auditor_step = 'assign-4067f9b69e@8b8f8c6cf6' AND made.auditor_image = 'new' AND made.auditor_at = auditor_block.moment
                            AND made.auditor_row = was.auditor_row AND (auditor_block.one IS NULL OR made.auditor_row = auditor_block.one)
                            AND kept.id OPERATOR(pg_catalog.=) made.id AND kept.duration::text COLLATE pg_catalog."C" IS NOT DISTINCT FROM made.duration::text COLLATE pg_catalog."C"
                            AND NOT EXISTS (SELECT FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS later WHERE later.auditor_step = 'assign-4067f9b69e@8b8f8c6cf6' AND later.auditor_image = 'new'
                            AND later.id OPERATOR(pg_catalog.=) made.id AND later.auditor_at > made.auditor_at)
                            RETURNING made.auditor_row AS number)
                            DELETE FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept USING reverted
                            WHERE kept.auditor_step = 'assign-4067f9b69e@8b8f8c6cf6' AND kept.auditor_at = auditor_block.moment AND kept.auditor_row = reverted.number;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 34: bring back rows of public.calls
-- finding F-0cf840b09e
-- lock SHARE ROW EXCLUSIVE on public.calls where it has triggers, else ROW EXCLUSIVE on public.calls: only writers of the same rows wait
\echo step 34 of 46
-- bring back rows of public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.calls
            WHERE public.calls.file_url IS NULL) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.calls' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_calls_c81d13;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-3ab7f40664@46563cffed' AND kept.auditor_image = 'new')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-3ab7f40664@46563cffed' AND kept.auditor_image = 'new' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH reverted AS (UPDATE public.calls AS kept SET file_url = was.file_url
                            FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS was, auditor_quarantine.p20261120020000_public_calls_c81d13 AS made
                            WHERE was.auditor_step = 'assign-3ab7f40664@46563cffed' AND was.auditor_image = 'old' AND was.auditor_at = auditor_block.moment
                            AND made.auditor_step = 'assign-3ab7f40664@46563cffed' AND made.auditor_image = 'new' AND made.auditor_at = auditor_block.moment
                            AND made.auditor_row = was.auditor_row AND (auditor_block.one IS NULL OR made.auditor_row = auditor_block.one)
                            AND kept.id OPERATOR(pg_catalog.=) made.id AND kept.file_url::text COLLATE pg_catalog."C" IS NOT DISTINCT FROM made.file_url::text COLLATE pg_catalog."C"
                            AND NOT EXISTS (SELECT FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS later WHERE later.auditor_step = 'assign-3ab7f40664@46563cffed' AND later.auditor_image = 'new'
                            AND later.id OPERATOR(pg_catalog.=) made.id AND later.auditor_at > made.auditor_at)
                            RETURNING made.auditor_row AS number)
                            DELETE FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept USING reverted
                            WHERE kept.auditor_step = 'assign-3ab7f40664@46563cffed' AND kept.auditor_at = auditor_block.moment AND kept.auditor_row = reverted.number;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 35: bring back rows of public.calls
-- finding F-3f080beb81
-- lock SHARE ROW EXCLUSIVE on public.calls where it has triggers, else ROW EXCLUSIVE on public.calls: only writers of the same rows wait
\echo step 35 of 46
-- bring back rows of public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.calls
            WHERE public.calls.customer_email IS NOT NULL AND public.calls.customer_email != lower(btrim(public.calls.customer_email))) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.calls' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_calls_c81d13;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-2b26943f83@829541dbdd' AND kept.auditor_image = 'new')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept WHERE kept.auditor_step = 'assign-2b26943f83@829541dbdd' AND kept.auditor_image = 'new' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH reverted AS (UPDATE public.calls AS kept SET customer_email = was.customer_email
                            FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS was, auditor_quarantine.p20261120020000_public_calls_c81d13 AS made
                            WHERE was.auditor_step = 'assign-2b26943f83@829541dbdd' AND was.auditor_image = 'old' AND was.auditor_at = auditor_block.moment
                            AND made.auditor_step = 'assign-2b26943f83@829541dbdd' AND made.auditor_image = 'new' AND made.auditor_at = auditor_block.moment
                            AND made.auditor_row = was.auditor_row AND (auditor_block.one IS NULL OR made.auditor_row = auditor_block.one)
                            AND kept.id OPERATOR(pg_catalog.=) made.id AND kept.customer_email::text COLLATE pg_catalog."C" IS NOT DISTINCT FROM made.customer_email::text COLLATE pg_catalog."C"
                            AND NOT EXISTS (SELECT FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS later WHERE later.auditor_step = 'assign-2b26943f83@829541dbdd' AND later.auditor_image = 'new'
                            AND later.id OPERATOR(pg_catalog.=) made.id AND later.auditor_at > made.auditor_at)
                            RETURNING made.auditor_row AS number)
                            DELETE FROM auditor_quarantine.p20261120020000_public_calls_c81d13 AS kept USING reverted
                            WHERE kept.auditor_step = 'assign-2b26943f83@829541dbdd' AND kept.auditor_at = auditor_block.moment AND kept.auditor_row = reverted.number;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.calls')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 36: bring back rows of public.referrals
-- finding F-83354c485c
-- lock SHARE ROW EXCLUSIVE on public.referrals where it has triggers, else ROW EXCLUSIVE on public.referrals: only writers of the same rows wait
\echo step 36 of 46
-- bring back rows of public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.referrals
            WHERE (public.referrals.tableoid, public.referrals.ctid) IN (SELECT ranked.leaf, ranked.place
            FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY lower(btrim(public.referrals.referred_email)) ORDER BY public.referrals.created_at ASC NULLS LAST, public.referrals.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
            FROM public.referrals
            WHERE lower(btrim(public.referrals.referred_email)) IS NOT NULL) AS ranked
            WHERE ranked.number > 1)) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.referrals' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_referrals_8d149f;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'set-aside-duplicates-548e302745' AND kept.auditor_image = 'old')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'set-aside-duplicates-548e302745' AND kept.auditor_image = 'old' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH taken_0 AS (DELETE FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'set-aside-duplicates-548e302745' AND kept.auditor_at = auditor_block.moment AND (auditor_block.one IS NULL OR kept.auditor_row = auditor_block.one) RETURNING kept.*)
                            INSERT INTO public.referrals (id, referrer_id, referred_email, referred_user_id, status, created_at) OVERRIDING SYSTEM VALUE SELECT id, referrer_id, referred_email, referred_user_id, status, created_at FROM taken_0;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 37: bring back rows of public.referrals
-- finding F-73a797a45a
-- lock SHARE ROW EXCLUSIVE on public.referrals where it has triggers, else ROW EXCLUSIVE on public.referrals: only writers of the same rows wait
\echo step 37 of 46
-- bring back rows of public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.referrals
            WHERE public.referrals.referrer_id IS NOT NULL AND NOT (EXISTS (SELECT 1
            FROM public.users AS ref
            WHERE ref.id = public.referrals.referrer_id))) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.referrals' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_referrals_8d149f;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'set-aside-592833f54a' AND kept.auditor_image = 'old')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'set-aside-592833f54a' AND kept.auditor_image = 'old' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH taken_0 AS (DELETE FROM auditor_quarantine.p20261120020000_public_referrals_8d149f AS kept WHERE kept.auditor_step = 'set-aside-592833f54a' AND kept.auditor_at = auditor_block.moment AND (auditor_block.one IS NULL OR kept.auditor_row = auditor_block.one) RETURNING kept.*)
                            INSERT INTO public.referrals (id, referrer_id, referred_email, referred_user_id, status, created_at) OVERRIDING SYSTEM VALUE SELECT id, referrer_id, referred_email, referred_user_id, status, created_at FROM taken_0;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 38: bring back rows of public.usage_metrics
-- finding F-ee0ac07f43
-- lock SHARE ROW EXCLUSIVE on public.usage_metrics where it has triggers, else ROW EXCLUSIVE on public.usage_metrics: only writers of the same rows wait
\echo step 38 of 46
-- bring back rows of public.usage_metrics
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.usage_metrics
            WHERE (public.usage_metrics.tableoid, public.usage_metrics.ctid) IN (SELECT ranked.leaf, ranked.place
            FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_metrics.event_key ORDER BY public.usage_metrics.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
            FROM public.usage_metrics
            WHERE public.usage_metrics.event_key IS NOT NULL) AS ranked
            WHERE ranked.number > 1)) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.usage_metrics' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_usage_metrics_82d634;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-duplicates-ee56c94480' AND kept.auditor_image = 'old')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-duplicates-ee56c94480' AND kept.auditor_image = 'old' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH taken_0 AS (DELETE FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-duplicates-ee56c94480' AND kept.auditor_at = auditor_block.moment AND (auditor_block.one IS NULL OR kept.auditor_row = auditor_block.one) RETURNING kept.*)
                            INSERT INTO public.usage_metrics (id, org_id, event_key, metric, quantity, metadata, recorded_at) OVERRIDING SYSTEM VALUE SELECT id, org_id, event_key, metric, quantity, metadata, recorded_at FROM taken_0;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 39: bring back rows of public.usage_metrics
-- finding F-bd3ede389d
-- lock SHARE ROW EXCLUSIVE on public.usage_metrics where it has triggers, else ROW EXCLUSIVE on public.usage_metrics: only writers of the same rows wait
\echo step 39 of 46
-- bring back rows of public.usage_metrics
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.usage_metrics
            WHERE (public.usage_metrics.metadata ->> 'call_id') IS NOT NULL AND NOT (EXISTS (SELECT 1
            FROM public.calls AS ref
            WHERE CAST(ref.id AS TEXT) = lower(public.usage_metrics.metadata ->> 'call_id'))) AND (lower(btrim(CAST(public.usage_metrics.metadata ->> 'call_id' AS TEXT))) NOT IN ('', '-', '0', '-1', 'n/a', 'none', 'null', '00000000-0000-0000-0000-000000000000'))) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.usage_metrics' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_usage_metrics_82d634;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-e0fb507945' AND kept.auditor_image = 'old')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-e0fb507945' AND kept.auditor_image = 'old' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH taken_0 AS (DELETE FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-e0fb507945' AND kept.auditor_at = auditor_block.moment AND (auditor_block.one IS NULL OR kept.auditor_row = auditor_block.one) RETURNING kept.*)
                            INSERT INTO public.usage_metrics (id, org_id, event_key, metric, quantity, metadata, recorded_at) OVERRIDING SYSTEM VALUE SELECT id, org_id, event_key, metric, quantity, metadata, recorded_at FROM taken_0;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 40: bring back rows of public.transcripts
-- finding F-bc59456e41
-- lock SHARE ROW EXCLUSIVE on public.transcripts where it has triggers, else ROW EXCLUSIVE on public.transcripts: only writers of the same rows wait
\echo step 40 of 46
-- bring back rows of public.transcripts
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_transcripts_128833') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.transcripts
            WHERE public.transcripts.call_id IS NOT NULL AND NOT (EXISTS (SELECT 1
            FROM public.calls AS ref
            WHERE ref.id = public.transcripts.call_id)) AND public.transcripts.call_id != '00000000-0000-0000-0000-000000000000') = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.transcripts' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_transcripts_128833;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_transcripts_128833 AS kept WHERE kept.auditor_step = 'set-aside-ac91768d0a' AND kept.auditor_image = 'old')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_transcripts_128833 AS kept WHERE kept.auditor_step = 'set-aside-ac91768d0a' AND kept.auditor_image = 'old' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH taken_0 AS (DELETE FROM auditor_quarantine.p20261120020000_public_transcripts_128833 AS kept WHERE kept.auditor_step = 'set-aside-ac91768d0a' AND kept.auditor_at = auditor_block.moment AND (auditor_block.one IS NULL OR kept.auditor_row = auditor_block.one) RETURNING kept.*)
                            INSERT INTO public.transcripts (id, call_id, reviewed_by, language, word_count, content, created_at) OVERRIDING SYSTEM VALUE SELECT id, call_id, reviewed_by, language, word_count, content, created_at FROM taken_0;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 41: bring back rows of public.usage_metrics
-- finding F-b486fca505
-- lock SHARE ROW EXCLUSIVE on public.usage_metrics where it has triggers, else ROW EXCLUSIVE on public.usage_metrics: only writers of the same rows wait
\echo step 41 of 46
-- bring back rows of public.usage_metrics
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET CONSTRAINTS ALL IMMEDIATE;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    moment timestamp with time zone;
    one uuid;
    command text;
    stop text[];
    again text[];
BEGIN

    IF NOT (pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634') IS NOT NULL) THEN
        IF (SELECT count(*) AS count_1
            FROM public.usage_metrics
            WHERE ((quantity >= 0)) IS false) = 0 THEN
            RAISE EXCEPTION 'the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back', 'public.usage_metrics' USING HINT = 'If somebody mended these rows who did not use this plan, there is nothing to bring back.';
        END IF;
        RETURN;
    END IF;
    ANALYZE auditor_quarantine.p20261120020000_public_usage_metrics_82d634;

    FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ((SELECT kept.auditor_at FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-10a983ff67' AND kept.auditor_image = 'old')) AS done (since) ORDER BY done.since DESC) LOOP
        FOR attempt IN 1..5 LOOP
            BEGIN
                SET CONSTRAINTS ALL IMMEDIATE;
                SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
                    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
                    CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
                    INTO stop, again
                    FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
                    FROM pg_catalog.pg_trigger AS t
                    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
                    SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ) AS found;
                stop := coalesce(stop, ARRAY[]::text[]);
                again := coalesce(again, ARRAY[]::text[]);
                FOREACH command IN ARRAY stop LOOP
                    EXECUTE command;
                END LOOP;
                FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL (SELECT 1, kept.auditor_row FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-10a983ff67' AND kept.auditor_image = 'old' AND kept.auditor_at = auditor_block.moment)) AS queue (place, number)
                    ORDER BY queue.place LOOP
                    BEGIN
                        WITH taken_0 AS (DELETE FROM auditor_quarantine.p20261120020000_public_usage_metrics_82d634 AS kept WHERE kept.auditor_step = 'set-aside-10a983ff67' AND kept.auditor_at = auditor_block.moment AND (auditor_block.one IS NULL OR kept.auditor_row = auditor_block.one) RETURNING kept.*)
                            INSERT INTO public.usage_metrics (id, org_id, event_key, metric, quantity, metadata, recorded_at) OVERRIDING SYSTEM VALUE SELECT id, org_id, event_key, metric, quantity, metadata, recorded_at FROM taken_0;
                        EXIT WHEN one IS NULL;
                    EXCEPTION WHEN integrity_constraint_violation THEN
                        NULL;
                    END;
                END LOOP;
                FOREACH command IN ARRAY again LOOP
                    EXECUTE command;
                END LOOP;
                EXIT;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                IF attempt = 5 THEN
                    RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                        held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                        'nobody any more')
                        FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                        || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                        FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                        LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                        AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                        WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                        ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
                END IF;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
            END;
            PERFORM pg_catalog.pg_sleep(1);
        END LOOP;

    END LOOP;

END
$auditor$;
COMMIT;

-- step 42: give back, NOT VALID, referrals_referrer_id_fkey of public.referrals
-- finding F-73a797a45a, F-83354c485c, F-872955c06e
-- lock ACCESS EXCLUSIVE on public.referrals and public.users, for milliseconds: reads and writes wait
\echo step 42 of 46
-- give back, NOT VALID, referrals_referrer_id_fkey of public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referrer_id_fkey') OR false) THEN
                ALTER TABLE public.referrals ADD CONSTRAINT referrals_referrer_id_fkey FOREIGN KEY (referrer_id) REFERENCES public.users(id) NOT VALID;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 43: give back, NOT VALID, usage_metrics_quantity_check of public.usage_metrics
-- finding F-b486fca505, F-bd3ede389d, F-ee0ac07f43
-- lock ACCESS EXCLUSIVE on public.usage_metrics, for milliseconds: reads and writes wait
\echo step 43 of 46
-- give back, NOT VALID, usage_metrics_quantity_check of public.usage_metrics
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
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_metrics') AND k.conname = 'usage_metrics_quantity_check') OR false) THEN
                ALTER TABLE public.usage_metrics ADD CONSTRAINT usage_metrics_quantity_check CHECK ((quantity >= 0)) NOT VALID;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_metrics')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 44: index usage_metrics_event_key_key on public.usage_metrics as it was, which an error is to end
-- finding F-ee0ac07f43
-- lock SHARE UPDATE EXCLUSIVE on public.usage_metrics, for the time of a build: reads and writes go on; outside transactions
\echo step 44 of 46
-- index usage_metrics_event_key_key on public.usage_metrics as it was, which an error is to end
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
\echo the next statement is to end in an error, and what follows runs all the same
\set ON_ERROR_STOP off
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS usage_metrics_event_key_key ON public.usage_metrics USING btree (event_key);
\set ON_ERROR_STOP on
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 45: give back, NOT VALID, usage_reservations_org_id_fkey of public.usage_reservations
-- finding F-08a95c1528
-- lock ACCESS EXCLUSIVE on public.usage_reservations and public.organizations, for milliseconds: reads and writes wait
\echo step 45 of 46
-- give back, NOT VALID, usage_reservations_org_id_fkey of public.usage_reservations
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_reservations') AND k.conname = 'usage_reservations_org_id_fkey') OR false) THEN
                ALTER TABLE public.usage_reservations ADD CONSTRAINT usage_reservations_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations(id) NOT VALID;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            IF attempt = 5 THEN
                RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
                    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
                    'nobody any more')
                    FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
                    CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
                    || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
                    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
                    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                    AND x.virtualtransaction = l.virtualtransaction
                    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
                    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
                    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root
                    UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.usage_reservations')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
                    ORDER BY since LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
            END IF;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
        END;
        PERFORM pg_catalog.pg_sleep(1);
    END LOOP;
END
$auditor$;
COMMIT;

-- step 46: nothing is left in the quarantine of this plan
-- finding F-08a95c1528, F-0cf840b09e, F-3f080beb81, F-73a797a45a, F-83354c485c, F-872955c06e, F-8795ec2e55, F-b486fca505, F-bc59456e41, F-bd3ede389d, F-bd6feb7d8e, F-e3d8211813, F-ee0ac07f43
-- lock none on tables of yours
\echo step 46 of 46
-- nothing is left in the quarantine of this plan
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
COMMIT;
