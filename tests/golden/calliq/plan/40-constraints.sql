-- 40-constraints.sql: adds the constraints and validates them
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
-- 22 steps
-- read it, then: psql -X -v ON_ERROR_STOP=1 -f 40-constraints.sql
-- it can be stopped anywhere and run again

\set ON_ERROR_STOP on
\encoding UTF8

-- step 1: written for PostgreSQL 18, database calliq
-- finding F-08a95c1528, F-0cf840b09e, F-3f080beb81, F-54f7a394b6, F-6da80bef00, F-6de59cf672, F-73a797a45a, F-872955c06e, F-8795ec2e55, F-8b66c8b1a1, F-9bfad9f797, F-a4d0353fb2, F-b3d78413a8, F-b486fca505, F-bc59456e41, F-d819c0ea38, F-e383d4fb0c, F-e3d8211813, F-f1283c8d26, F-f5937acf55
-- lock none on tables of yours
\echo step 1 of 22
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

-- step 2: add and validate calls_customer_email_8aa27b_customer_email_lowercase on public.calls
-- finding F-3f080beb81
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.calls, for a scan: reads and writes go on
\echo step 2 of 22
-- no row breaks calls_customer_email_8aa27b_customer_email_lowercase on public.calls
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_customer_email_8aa27b_customer_email_lowercase') OR false) AND EXISTS (SELECT FROM public.calls WHERE (customer_email = lower(btrim(customer_email))) IS FALSE) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.calls', 'calls_customer_email_8aa27b_customer_email_lowercase' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add calls_customer_email_8aa27b_customer_email_lowercase on public.calls
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_customer_email_8aa27b_customer_email_lowercase') OR false) THEN
                ALTER TABLE public.calls ADD CONSTRAINT calls_customer_email_8aa27b_customer_email_lowercase CHECK (customer_email = lower(btrim(customer_email))) NOT VALID;
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
-- validate calls_customer_email_8aa27b_customer_email_lowercase on public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_customer_email_8aa27b_customer_email_lowercase' AND k.contype = 'c') THEN
                ALTER TABLE public.calls VALIDATE CONSTRAINT calls_customer_email_8aa27b_customer_email_lowercase;
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

-- step 3: add and validate calls_duration_not_null on public.calls
-- finding F-e3d8211813
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.calls, for a scan: reads and writes go on
\echo step 3 of 22
-- no row breaks calls_duration_not_null on public.calls
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_duration_not_null') OR false) AND EXISTS (SELECT FROM public.calls WHERE duration IS NULL) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.calls', 'calls_duration_not_null' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add calls_duration_not_null on public.calls
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_duration_not_null') OR false) THEN
                ALTER TABLE public.calls ADD CONSTRAINT calls_duration_not_null NOT NULL duration NOT VALID;
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
-- validate calls_duration_not_null on public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_duration_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.calls VALIDATE CONSTRAINT calls_duration_not_null;
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

-- step 4: add and validate calls_file_url_not_null on public.calls
-- finding F-0cf840b09e
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.calls, for a scan: reads and writes go on
\echo step 4 of 22
-- no row breaks calls_file_url_not_null on public.calls
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_file_url_not_null') OR false) AND EXISTS (SELECT FROM public.calls WHERE file_url IS NULL) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.calls', 'calls_file_url_not_null' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add calls_file_url_not_null on public.calls
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_file_url_not_null') OR false) THEN
                ALTER TABLE public.calls ADD CONSTRAINT calls_file_url_not_null NOT NULL file_url NOT VALID;
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
-- validate calls_file_url_not_null on public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_file_url_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.calls VALIDATE CONSTRAINT calls_file_url_not_null;
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

-- step 5: add and validate calls_user_id_not_null on public.calls
-- finding F-8795ec2e55
-- lock ACCESS EXCLUSIVE on public.calls, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.calls, for a scan: reads and writes go on
\echo step 5 of 22
-- no row breaks calls_user_id_not_null on public.calls
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_user_id_not_null') OR false) AND EXISTS (SELECT FROM public.calls WHERE user_id IS NULL) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.calls', 'calls_user_id_not_null' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add calls_user_id_not_null on public.calls
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_user_id_not_null') OR false) THEN
                ALTER TABLE public.calls ADD CONSTRAINT calls_user_id_not_null NOT NULL user_id NOT VALID;
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
-- validate calls_user_id_not_null on public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.calls') AND k.conname = 'calls_user_id_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.calls VALIDATE CONSTRAINT calls_user_id_not_null;
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

-- step 6: add and validate organizations_timezone_not_null on public.organizations
-- finding F-54f7a394b6
-- lock ACCESS EXCLUSIVE on public.organizations, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.organizations, for a scan: reads and writes go on
\echo step 6 of 22
-- no row breaks organizations_timezone_not_null on public.organizations
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.organizations') AND k.conname = 'organizations_timezone_not_null') OR false) AND EXISTS (SELECT FROM public.organizations WHERE timezone IS NULL) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.organizations', 'organizations_timezone_not_null' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add organizations_timezone_not_null on public.organizations
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.organizations') AND k.conname = 'organizations_timezone_not_null') OR false) THEN
                ALTER TABLE public.organizations ADD CONSTRAINT organizations_timezone_not_null NOT NULL timezone NOT VALID;
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
-- validate organizations_timezone_not_null on public.organizations
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.organizations') AND k.conname = 'organizations_timezone_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.organizations VALIDATE CONSTRAINT organizations_timezone_not_null;
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

-- step 7: add and validate referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals
-- finding F-872955c06e
-- lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.referrals, for a scan: reads and writes go on
\echo step 7 of 22
-- no row breaks referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase') OR false) AND EXISTS (SELECT FROM public.referrals WHERE (referred_email = lower(btrim(referred_email))) IS FALSE) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.referrals', 'referrals_referred_email_8d00d8_referred_email_lowercase' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase') OR false) THEN
                ALTER TABLE public.referrals ADD CONSTRAINT referrals_referred_email_8d00d8_referred_email_lowercase CHECK (referred_email = lower(btrim(referred_email))) NOT VALID;
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
-- validate referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase' AND k.contype = 'c') THEN
                ALTER TABLE public.referrals VALIDATE CONSTRAINT referrals_referred_email_8d00d8_referred_email_lowercase;
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

-- step 8: add and validate transcripts_language_not_null on public.transcripts
-- finding F-6de59cf672
-- lock ACCESS EXCLUSIVE on public.transcripts, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.transcripts, for a scan: reads and writes go on
\echo step 8 of 22
-- no row breaks transcripts_language_not_null on public.transcripts
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_language_not_null') OR false) AND EXISTS (SELECT FROM public.transcripts WHERE language IS NULL) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.transcripts', 'transcripts_language_not_null' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add transcripts_language_not_null on public.transcripts
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_language_not_null') OR false) THEN
                ALTER TABLE public.transcripts ADD CONSTRAINT transcripts_language_not_null NOT NULL language NOT VALID;
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
-- validate transcripts_language_not_null on public.transcripts
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_language_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.transcripts VALIDATE CONSTRAINT transcripts_language_not_null;
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

-- step 9: add and validate transcripts_word_count_not_null on public.transcripts
-- finding F-6da80bef00
-- lock ACCESS EXCLUSIVE on public.transcripts, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.transcripts, for a scan: reads and writes go on
\echo step 9 of 22
-- no row breaks transcripts_word_count_not_null on public.transcripts
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
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_word_count_not_null') OR false) AND EXISTS (SELECT FROM public.transcripts WHERE word_count IS NULL) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.transcripts', 'transcripts_word_count_not_null' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- add transcripts_word_count_not_null on public.transcripts
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_word_count_not_null') OR false) THEN
                ALTER TABLE public.transcripts ADD CONSTRAINT transcripts_word_count_not_null NOT NULL word_count NOT VALID;
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
-- validate transcripts_word_count_not_null on public.transcripts
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_word_count_not_null' AND k.contype = 'n') THEN
                ALTER TABLE public.transcripts VALIDATE CONSTRAINT transcripts_word_count_not_null;
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

-- step 10: validate referrals_referrer_id_fkey on public.referrals
-- finding F-73a797a45a
-- lock SHARE UPDATE EXCLUSIVE on public.referrals, for a scan: reads and writes go on
\echo step 10 of 22
-- validate referrals_referrer_id_fkey on public.referrals
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referrer_id_fkey' AND k.contype = 'f') THEN
                ALTER TABLE public.referrals VALIDATE CONSTRAINT referrals_referrer_id_fkey;
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

-- step 11: validate usage_metrics_quantity_check on public.usage_metrics
-- finding F-b486fca505
-- lock SHARE UPDATE EXCLUSIVE on public.usage_metrics, for a scan: reads and writes go on
\echo step 11 of 22
-- validate usage_metrics_quantity_check on public.usage_metrics
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_metrics') AND k.conname = 'usage_metrics_quantity_check' AND k.contype = 'c') THEN
                ALTER TABLE public.usage_metrics VALIDATE CONSTRAINT usage_metrics_quantity_check;
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

-- step 12: validate usage_reservations_org_id_fkey on public.usage_reservations
-- finding F-08a95c1528
-- lock SHARE UPDATE EXCLUSIVE on public.usage_reservations, for a scan: reads and writes go on
\echo step 12 of 22
-- validate usage_reservations_org_id_fkey on public.usage_reservations
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.usage_reservations') AND k.conname = 'usage_reservations_org_id_fkey' AND k.contype = 'f') THEN
                ALTER TABLE public.usage_reservations VALIDATE CONSTRAINT usage_reservations_org_id_fkey;
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

-- step 13: row security on public.notifications
-- finding F-e383d4fb0c
-- lock ACCESS EXCLUSIVE on public.notifications, for milliseconds: reads and writes wait
\echo step 13 of 22
-- row security on public.notifications
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.notifications') AND c.relrowsecurity)) THEN
                ALTER TABLE public.notifications ENABLE ROW LEVEL SECURITY;
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

-- step 14: validate the foreign key of public.notifications(user_id) to public.users
-- finding F-a4d0353fb2
-- lock SHARE UPDATE EXCLUSIVE on public.notifications and ROW SHARE on public.users, for a scan: reads and writes go on
\echo step 14 of 22
-- validate the foreign key of public.notifications(user_id) to public.users
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.notifications') AND k.conname = 'notifications_user_id_fkey' AND k.contype = 'f') THEN
                ALTER TABLE public.notifications VALIDATE CONSTRAINT notifications_user_id_fkey;
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

-- step 15: no UPDATE for authenticated on public.referral_statistics
-- finding F-d819c0ea38
-- lock ACCESS EXCLUSIVE on public.referral_statistics, for milliseconds: reads and writes wait
\echo step 15 of 22
-- no UPDATE for authenticated on public.referral_statistics
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
            IF NOT (NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a WHERE c.oid = pg_catalog.to_regclass('public.referral_statistics') AND a.grantee = pg_catalog.to_regrole('authenticated') AND a.privilege_type = 'UPDATE')) THEN
                REVOKE UPDATE ON TABLE public.referral_statistics FROM authenticated;
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

-- step 16: no policy users update statistics on public.referral_statistics
-- finding F-d819c0ea38
-- lock ACCESS EXCLUSIVE on public.referral_statistics, for milliseconds: reads and writes wait
\echo step 16 of 22
-- no policy users update statistics on public.referral_statistics
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
            IF NOT (NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = pg_catalog.to_regclass('public.referral_statistics') AND p.polname = 'users update statistics')) THEN
                DROP POLICY "users update statistics" ON public.referral_statistics;
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

-- step 17: no DELETE for authenticated on public.referrals
-- finding F-9bfad9f797
-- lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait
\echo step 17 of 22
-- no DELETE for authenticated on public.referrals
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
            IF NOT (NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a WHERE c.oid = pg_catalog.to_regclass('public.referrals') AND a.grantee = pg_catalog.to_regrole('authenticated') AND a.privilege_type = 'DELETE')) THEN
                REVOKE DELETE ON TABLE public.referrals FROM authenticated;
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

-- step 18: validate the foreign key of public.referrals(referred_user_id) to public.users
-- finding F-b3d78413a8
-- lock SHARE UPDATE EXCLUSIVE on public.referrals and ROW SHARE on public.users, for a scan: reads and writes go on
\echo step 18 of 22
-- validate the foreign key of public.referrals(referred_user_id) to public.users
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_user_id_fkey' AND k.contype = 'f') THEN
                ALTER TABLE public.referrals VALIDATE CONSTRAINT referrals_referred_user_id_fkey;
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

-- step 19: validate the foreign key of public.transcripts(call_id) to public.calls
-- finding F-bc59456e41
-- lock SHARE UPDATE EXCLUSIVE on public.transcripts and ROW SHARE on public.calls, for a scan: reads and writes go on
\echo step 19 of 22
-- validate the foreign key of public.transcripts(call_id) to public.calls
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL search_path = '';
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_call_id_fkey' AND k.contype = 'f') THEN
                ALTER TABLE public.transcripts VALIDATE CONSTRAINT transcripts_call_id_fkey;
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

-- step 20: row security on public.usage_metrics
-- finding F-8b66c8b1a1
-- lock ACCESS EXCLUSIVE on public.usage_metrics, for milliseconds: reads and writes wait
\echo step 20 of 22
-- row security on public.usage_metrics
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.usage_metrics') AND c.relrowsecurity)) THEN
                ALTER TABLE public.usage_metrics ENABLE ROW LEVEL SECURITY;
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

-- step 21: row security for the owner too on public.usage_reservations
-- finding F-f5937acf55
-- lock ACCESS EXCLUSIVE on public.usage_reservations, for milliseconds: reads and writes wait
\echo step 21 of 22
-- row security for the owner too on public.usage_reservations
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
            IF NOT (EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.usage_reservations') AND c.relforcerowsecurity)) THEN
                ALTER TABLE public.usage_reservations FORCE ROW LEVEL SECURITY;
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

-- step 22: fill public.organization_usage
-- finding F-f1283c8d26
-- lock ACCESS EXCLUSIVE on public.organization_usage, while its query runs: its readers wait
\echo step 22 of 22
-- fill public.organization_usage
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
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('public.organization_usage') AND c.relispopulated) THEN
                REFRESH MATERIALIZED VIEW public.organization_usage;
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
