-- 20-backup-and-cleanup.sql: sets the violating rows aside or mends them, each kept in the quarantine first
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
-- 14 steps; 626 rows expected to change
-- read it, then: psql -X -v ON_ERROR_STOP=1 -f 20-backup-and-cleanup.sql
-- it can be stopped anywhere and run again

\set ON_ERROR_STOP on
\encoding UTF8

-- step 1: written for PostgreSQL 18, database calliq
-- finding F-08a95c1528, F-0cf840b09e, F-3f080beb81, F-73a797a45a, F-83354c485c, F-872955c06e, F-8795ec2e55, F-b486fca505, F-bc59456e41, F-bd3ede389d, F-bd6feb7d8e, F-e3d8211813, F-ee0ac07f43
-- lock none on tables of yours
\echo step 1 of 14
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

-- step 2: set aside rows of public.usage_metrics
-- finding F-b486fca505
-- lock ROW EXCLUSIVE on public.usage_metrics: only writers of the same rows wait; 18 rows expected
\echo step 2 of 14
-- set aside rows of public.usage_metrics
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_metrics_82d634', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634'), pg_catalog.to_regclass('public.usage_metrics'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_metrics_82d634', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634'), pg_catalog.to_regclass('public.usage_metrics'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- would another foreign key take rows along that nothing keeps?
            DECLARE
                found record;
            BEGIN
                SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN (pg_catalog.to_regclass('public.usage_metrics'));
                IF found.called IS NOT NULL AND (SELECT count(*) AS count_1
                    FROM public.usage_metrics
                    WHERE ((quantity >= 0)) IS false) > 0 THEN
                    RAISE EXCEPTION 'the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup holds; nothing has been changed', found.called, found.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.usage_metrics
                    WHERE ((quantity >= 0)) IS false);
                IF number > 29 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.usage_metrics', 18 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH gone AS
                (DELETE FROM public.usage_metrics WHERE ((quantity >= 0)) IS false RETURNING public.usage_metrics.id, public.usage_metrics.org_id, public.usage_metrics.event_key, public.usage_metrics.metric, public.usage_metrics.quantity, public.usage_metrics.metadata, public.usage_metrics.recorded_at)
                INSERT INTO auditor_quarantine.p20261120020000_public_usage_metrics_82d634 (auditor_step, auditor_image, auditor_row, id, org_id, event_key, metric, quantity, metadata, recorded_at) SELECT 'set-aside-10a983ff67' AS anon_1, 'old' AS anon_2, gen_random_uuid() AS gen_random_uuid_1, gone.id, gone.org_id, gone.event_key, gone.metric, gone.quantity, gone.metadata, gone.recorded_at
                FROM gone;
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

-- step 3: set aside rows of public.transcripts
-- finding F-bc59456e41
-- lock ROW EXCLUSIVE on public.transcripts: only writers of the same rows wait; 40 rows expected
\echo step 3 of 14
-- set aside rows of public.transcripts
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_transcripts_128833', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_transcripts_128833'), pg_catalog.to_regclass('public.transcripts'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_transcripts_128833', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_transcripts_128833'), pg_catalog.to_regclass('public.transcripts'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- would another foreign key take rows along that nothing keeps?
            DECLARE
                found record;
            BEGIN
                SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN (pg_catalog.to_regclass('public.transcripts'));
                IF found.called IS NOT NULL AND (SELECT count(*) AS count_1
                    FROM public.transcripts
                    WHERE public.transcripts.call_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.calls AS ref
                    WHERE ref.id = public.transcripts.call_id)) AND public.transcripts.call_id != '00000000-0000-0000-0000-000000000000') > 0 THEN
                    RAISE EXCEPTION 'the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup holds; nothing has been changed', found.called, found.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.transcripts
                    WHERE public.transcripts.call_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.calls AS ref
                    WHERE ref.id = public.transcripts.call_id)) AND public.transcripts.call_id != '00000000-0000-0000-0000-000000000000');
                IF number > 54 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.transcripts', 40 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH gone AS
                (DELETE FROM public.transcripts WHERE public.transcripts.call_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                FROM public.calls AS ref
                WHERE ref.id = public.transcripts.call_id)) AND public.transcripts.call_id != '00000000-0000-0000-0000-000000000000' RETURNING public.transcripts.id, public.transcripts.call_id, public.transcripts.reviewed_by, public.transcripts.language, public.transcripts.word_count, public.transcripts.content, public.transcripts.created_at)
                INSERT INTO auditor_quarantine.p20261120020000_public_transcripts_128833 (auditor_step, auditor_image, auditor_row, id, call_id, reviewed_by, language, word_count, content, created_at) SELECT 'set-aside-ac91768d0a' AS anon_1, 'old' AS anon_2, gen_random_uuid() AS gen_random_uuid_1, gone.id, gone.call_id, gone.reviewed_by, gone.language, gone.word_count, gone.content, gone.created_at
                FROM gone;
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

-- step 4: set aside rows of public.usage_metrics
-- finding F-bd3ede389d
-- lock ROW EXCLUSIVE on public.usage_metrics: only writers of the same rows wait; 52 rows expected
\echo step 4 of 14
-- set aside rows of public.usage_metrics
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_metrics_82d634', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634'), pg_catalog.to_regclass('public.usage_metrics'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_metrics_82d634', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634'), pg_catalog.to_regclass('public.usage_metrics'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- would another foreign key take rows along that nothing keeps?
            DECLARE
                found record;
            BEGIN
                SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN (pg_catalog.to_regclass('public.usage_metrics'));
                IF found.called IS NOT NULL AND (SELECT count(*) AS count_1
                    FROM public.usage_metrics
                    WHERE (public.usage_metrics.metadata ->> 'call_id') IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.calls AS ref
                    WHERE CAST(ref.id AS TEXT) = lower(public.usage_metrics.metadata ->> 'call_id'))) AND (lower(btrim(CAST(public.usage_metrics.metadata ->> 'call_id' AS TEXT))) NOT IN ('', '-', '0', '-1', 'n/a', 'none', 'null', '00000000-0000-0000-0000-000000000000'))) > 0 THEN
                    RAISE EXCEPTION 'the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup holds; nothing has been changed', found.called, found.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.usage_metrics
                    WHERE (public.usage_metrics.metadata ->> 'call_id') IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.calls AS ref
                    WHERE CAST(ref.id AS TEXT) = lower(public.usage_metrics.metadata ->> 'call_id'))) AND (lower(btrim(CAST(public.usage_metrics.metadata ->> 'call_id' AS TEXT))) NOT IN ('', '-', '0', '-1', 'n/a', 'none', 'null', '00000000-0000-0000-0000-000000000000')));
                IF number > 67 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.usage_metrics', 52 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH gone AS
                (DELETE FROM public.usage_metrics WHERE (public.usage_metrics.metadata ->> 'call_id') IS NOT NULL AND NOT (EXISTS (SELECT 1
                FROM public.calls AS ref
                WHERE CAST(ref.id AS TEXT) = lower(public.usage_metrics.metadata ->> 'call_id'))) AND (lower(btrim(CAST(public.usage_metrics.metadata ->> 'call_id' AS TEXT))) NOT IN ('', '-', '0', '-1', 'n/a', 'none', 'null', '00000000-0000-0000-0000-000000000000')) RETURNING public.usage_metrics.id, public.usage_metrics.org_id, public.usage_metrics.event_key, public.usage_metrics.metric, public.usage_metrics.quantity, public.usage_metrics.metadata, public.usage_metrics.recorded_at)
                INSERT INTO auditor_quarantine.p20261120020000_public_usage_metrics_82d634 (auditor_step, auditor_image, auditor_row, id, org_id, event_key, metric, quantity, metadata, recorded_at) SELECT 'set-aside-e0fb507945' AS anon_1, 'old' AS anon_2, gen_random_uuid() AS gen_random_uuid_1, gone.id, gone.org_id, gone.event_key, gone.metric, gone.quantity, gone.metadata, gone.recorded_at
                FROM gone;
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

-- step 5: set aside rows of public.usage_metrics
-- finding F-ee0ac07f43
-- lock ROW EXCLUSIVE on public.usage_metrics: only writers of the same rows wait; 21 rows expected
\echo step 5 of 14
-- set aside rows of public.usage_metrics
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_metrics_82d634', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634'), pg_catalog.to_regclass('public.usage_metrics'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_metrics_82d634', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_metrics_82d634'), pg_catalog.to_regclass('public.usage_metrics'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- would another foreign key take rows along that nothing keeps?
            DECLARE
                found record;
            BEGIN
                SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN (pg_catalog.to_regclass('public.usage_metrics'));
                IF found.called IS NOT NULL AND (SELECT count(*) AS count_1
                    FROM public.usage_metrics
                    WHERE (public.usage_metrics.tableoid, public.usage_metrics.ctid) IN (SELECT ranked.leaf, ranked.place
                    FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_metrics.event_key ORDER BY public.usage_metrics.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
                    FROM public.usage_metrics
                    WHERE public.usage_metrics.event_key IS NOT NULL) AS ranked
                    WHERE ranked.number > 1)) > 0 THEN
                    RAISE EXCEPTION 'the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup holds; nothing has been changed', found.called, found.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
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
                IF number > 33 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.usage_metrics', 21 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH gone AS
                (DELETE FROM public.usage_metrics WHERE (public.usage_metrics.tableoid, public.usage_metrics.ctid) IN (SELECT ranked.leaf, ranked.place
                FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_metrics.event_key ORDER BY public.usage_metrics.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
                FROM public.usage_metrics
                WHERE public.usage_metrics.event_key IS NOT NULL) AS ranked
                WHERE ranked.number > 1) RETURNING public.usage_metrics.id, public.usage_metrics.org_id, public.usage_metrics.event_key, public.usage_metrics.metric, public.usage_metrics.quantity, public.usage_metrics.metadata, public.usage_metrics.recorded_at)
                INSERT INTO auditor_quarantine.p20261120020000_public_usage_metrics_82d634 (auditor_step, auditor_image, auditor_row, id, org_id, event_key, metric, quantity, metadata, recorded_at) SELECT 'set-aside-duplicates-ee56c94480' AS anon_1, 'old' AS anon_2, gen_random_uuid() AS gen_random_uuid_1, gone.id, gone.org_id, gone.event_key, gone.metric, gone.quantity, gone.metadata, gone.recorded_at
                FROM gone;
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

-- step 6: set aside rows of public.referrals
-- finding F-73a797a45a
-- lock ROW EXCLUSIVE on public.referrals: only writers of the same rows wait; 15 rows expected
\echo step 6 of 14
-- set aside rows of public.referrals
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_referrals_8d149f', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f'), pg_catalog.to_regclass('public.referrals'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_referrals_8d149f', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f'), pg_catalog.to_regclass('public.referrals'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- would another foreign key take rows along that nothing keeps?
            DECLARE
                found record;
            BEGIN
                SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN (pg_catalog.to_regclass('public.referrals'));
                IF found.called IS NOT NULL AND (SELECT count(*) AS count_1
                    FROM public.referrals
                    WHERE public.referrals.referrer_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.users AS ref
                    WHERE ref.id = public.referrals.referrer_id))) > 0 THEN
                    RAISE EXCEPTION 'the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup holds; nothing has been changed', found.called, found.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.referrals
                    WHERE public.referrals.referrer_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.users AS ref
                    WHERE ref.id = public.referrals.referrer_id)));
                IF number > 26 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.referrals', 15 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH gone AS
                (DELETE FROM public.referrals WHERE public.referrals.referrer_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                FROM public.users AS ref
                WHERE ref.id = public.referrals.referrer_id)) RETURNING public.referrals.id, public.referrals.referrer_id, public.referrals.referred_email, public.referrals.referred_user_id, public.referrals.status, public.referrals.created_at)
                INSERT INTO auditor_quarantine.p20261120020000_public_referrals_8d149f (auditor_step, auditor_image, auditor_row, id, referrer_id, referred_email, referred_user_id, status, created_at) SELECT 'set-aside-592833f54a' AS anon_1, 'old' AS anon_2, gen_random_uuid() AS gen_random_uuid_1, gone.id, gone.referrer_id, gone.referred_email, gone.referred_user_id, gone.status, gone.created_at
                FROM gone;
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

-- step 7: set aside rows of public.referrals
-- finding F-83354c485c
-- lock ROW EXCLUSIVE on public.referrals: only writers of the same rows wait; 21 rows expected
\echo step 7 of 14
-- set aside rows of public.referrals
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_referrals_8d149f', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f'), pg_catalog.to_regclass('public.referrals'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_referrals_8d149f', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f'), pg_catalog.to_regclass('public.referrals'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- would another foreign key take rows along that nothing keeps?
            DECLARE
                found record;
            BEGIN
                SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN (pg_catalog.to_regclass('public.referrals'));
                IF found.called IS NOT NULL AND (SELECT count(*) AS count_1
                    FROM public.referrals
                    WHERE (public.referrals.tableoid, public.referrals.ctid) IN (SELECT ranked.leaf, ranked.place
                    FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY lower(btrim(public.referrals.referred_email)) ORDER BY public.referrals.created_at ASC NULLS LAST, public.referrals.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
                    FROM public.referrals
                    WHERE lower(btrim(public.referrals.referred_email)) IS NOT NULL) AS ranked
                    WHERE ranked.number > 1)) > 0 THEN
                    RAISE EXCEPTION 'the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup holds; nothing has been changed', found.called, found.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
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
                IF number > 33 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.referrals', 21 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH gone AS
                (DELETE FROM public.referrals WHERE (public.referrals.tableoid, public.referrals.ctid) IN (SELECT ranked.leaf, ranked.place
                FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY lower(btrim(public.referrals.referred_email)) ORDER BY public.referrals.created_at ASC NULLS LAST, public.referrals.id ASC NULLS LAST, tableoid ASC NULLS LAST, ctid ASC NULLS LAST) AS number
                FROM public.referrals
                WHERE lower(btrim(public.referrals.referred_email)) IS NOT NULL) AS ranked
                WHERE ranked.number > 1) RETURNING public.referrals.id, public.referrals.referrer_id, public.referrals.referred_email, public.referrals.referred_user_id, public.referrals.status, public.referrals.created_at)
                INSERT INTO auditor_quarantine.p20261120020000_public_referrals_8d149f (auditor_step, auditor_image, auditor_row, id, referrer_id, referred_email, referred_user_id, status, created_at) SELECT 'set-aside-duplicates-548e302745' AS anon_1, 'old' AS anon_2, gen_random_uuid() AS gen_random_uuid_1, gone.id, gone.referrer_id, gone.referred_email, gone.referred_user_id, gone.status, gone.created_at
                FROM gone;
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

-- step 8: assign public.calls(customer_email)
-- finding F-3f080beb81
-- lock ROW EXCLUSIVE on public.calls: only writers of the same rows wait; 60 rows expected
\echo step 8 of 14
-- assign public.calls(customer_email)
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.calls
                    WHERE public.calls.customer_email IS NOT NULL AND public.calls.customer_email != lower(btrim(public.calls.customer_email)));
                IF number > 76 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.calls', 60 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH before AS
                (SELECT public.calls.id AS auditor_was_0, public.calls.org_id AS auditor_was_1, public.calls.user_id AS auditor_was_2, public.calls.customer_email AS auditor_was_3, public.calls.file_url AS auditor_was_4, public.calls.duration AS auditor_was_5, public.calls.metadata AS auditor_was_6, public.calls.deleted_at AS auditor_was_7, public.calls.created_at AS auditor_was_8, gen_random_uuid() AS auditor_row
                FROM public.calls
                WHERE public.calls.customer_email IS NOT NULL AND public.calls.customer_email != lower(btrim(public.calls.customer_email)) FOR UPDATE OF calls),
                after AS
                (UPDATE public.calls SET customer_email=lower(btrim(public.calls.customer_email)) FROM before WHERE public.calls.id = before.auditor_was_0 RETURNING public.calls.id, public.calls.org_id, public.calls.user_id, public.calls.customer_email, public.calls.file_url, public.calls.duration, public.calls.metadata, public.calls.deleted_at, public.calls.created_at, before.auditor_row)
                INSERT INTO auditor_quarantine.p20261120020000_public_calls_c81d13 (auditor_step, auditor_image, auditor_row, id, org_id, user_id, customer_email, file_url, duration, metadata, deleted_at, created_at) SELECT 'assign-2b26943f83@829541dbdd' AS anon_1, 'old' AS anon_2, before.auditor_row, before.auditor_was_0, before.auditor_was_1, before.auditor_was_2, before.auditor_was_3, before.auditor_was_4, before.auditor_was_5, before.auditor_was_6, before.auditor_was_7, before.auditor_was_8
                FROM before UNION ALL SELECT 'assign-2b26943f83@829541dbdd' AS anon_3, 'new' AS anon_4, after.auditor_row, after.id, after.org_id, after.user_id, after.customer_email, after.file_url, after.duration, after.metadata, after.deleted_at, after.created_at
                FROM after;
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

-- step 9: assign public.calls(file_url)
-- finding F-0cf840b09e
-- lock ROW EXCLUSIVE on public.calls: only writers of the same rows wait; 80 rows expected
\echo step 9 of 14
-- assign public.calls(file_url)
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.calls
                    WHERE public.calls.file_url IS NULL);
                IF number > 98 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.calls', 80 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- is there a value for each row?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.calls
                    WHERE public.calls.file_url IS NULL AND num_nulls('https://media.example/calls/missing.mp3') > 0);
                IF number > 0 THEN
                    RAISE EXCEPTION 'what is to replace NULL is NULL itself in % rows of %; nothing has been changed', number, 'public.calls' USING HINT = 'Write a fill that has a value for each row; then audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH before AS
                (SELECT public.calls.id AS auditor_was_0, public.calls.org_id AS auditor_was_1, public.calls.user_id AS auditor_was_2, public.calls.customer_email AS auditor_was_3, public.calls.file_url AS auditor_was_4, public.calls.duration AS auditor_was_5, public.calls.metadata AS auditor_was_6, public.calls.deleted_at AS auditor_was_7, public.calls.created_at AS auditor_was_8, gen_random_uuid() AS auditor_row
                FROM public.calls
                WHERE public.calls.file_url IS NULL FOR UPDATE OF calls),
                after AS
                (UPDATE public.calls SET file_url='https://media.example/calls/missing.mp3' FROM before WHERE public.calls.id = before.auditor_was_0 RETURNING public.calls.id, public.calls.org_id, public.calls.user_id, public.calls.customer_email, public.calls.file_url, public.calls.duration, public.calls.metadata, public.calls.deleted_at, public.calls.created_at, before.auditor_row)
                INSERT INTO auditor_quarantine.p20261120020000_public_calls_c81d13 (auditor_step, auditor_image, auditor_row, id, org_id, user_id, customer_email, file_url, duration, metadata, deleted_at, created_at) SELECT 'assign-3ab7f40664@46563cffed' AS anon_1, 'old' AS anon_2, before.auditor_row, before.auditor_was_0, before.auditor_was_1, before.auditor_was_2, before.auditor_was_3, before.auditor_was_4, before.auditor_was_5, before.auditor_was_6, before.auditor_was_7, before.auditor_was_8
                FROM before UNION ALL SELECT 'assign-3ab7f40664@46563cffed' AS anon_3, 'new' AS anon_4, after.auditor_row, after.id, after.org_id, after.user_id, after.customer_email, after.file_url, after.duration, after.metadata, after.deleted_at, after.created_at
                FROM after;
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

-- step 10: set public.calls(duration) to 0
-- finding F-e3d8211813
-- lock ROW EXCLUSIVE on public.calls: only writers of the same rows wait; 250 rows expected
\echo step 10 of 14
-- set public.calls(duration) to 0
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.calls
                    WHERE public.calls.duration IS NULL);
                IF number > 285 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.calls', 250 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- is there a value for each row?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.calls
                    WHERE public.calls.duration IS NULL AND num_nulls(0) > 0);
                IF number > 0 THEN
                    RAISE EXCEPTION 'what is to replace NULL is NULL itself in % rows of %; nothing has been changed', number, 'public.calls' USING HINT = 'Write a fill that has a value for each row; then audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH before AS
                (SELECT public.calls.id AS auditor_was_0, public.calls.org_id AS auditor_was_1, public.calls.user_id AS auditor_was_2, public.calls.customer_email AS auditor_was_3, public.calls.file_url AS auditor_was_4, public.calls.duration AS auditor_was_5, public.calls.metadata AS auditor_was_6, public.calls.deleted_at AS auditor_was_7, public.calls.created_at AS auditor_was_8, gen_random_uuid() AS auditor_row
                FROM public.calls
                WHERE public.calls.duration IS NULL FOR UPDATE OF calls),
                after AS
                (UPDATE public.calls SET duration=0 FROM before WHERE public.calls.id = before.auditor_was_0 RETURNING public.calls.id, public.calls.org_id, public.calls.user_id, public.calls.customer_email, public.calls.file_url, public.calls.duration, public.calls.metadata, public.calls.deleted_at, public.calls.created_at, before.auditor_row)
                INSERT INTO auditor_quarantine.p20261120020000_public_calls_c81d13 (auditor_step, auditor_image, auditor_row, id, org_id, user_id, customer_email, file_url, duration, metadata, deleted_at, created_at) SELECT 'assign-4067f9b69e@8b8f8c6cf6' AS anon_1, 'old' AS anon_2, before.auditor_row, before.auditor_was_0, before.auditor_was_1, before.auditor_was_2, before.auditor_was_3, before.auditor_was_4, before.auditor_was_5, before.auditor_was_6, before.auditor_was_7, before.auditor_was_8
                FROM before UNION ALL SELECT 'assign-4067f9b69e@8b8f8c6cf6' AS anon_3, 'new' AS anon_4, after.auditor_row, after.id, after.org_id, after.user_id, after.customer_email, after.file_url, after.duration, after.metadata, after.deleted_at, after.created_at
                FROM after;
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

-- step 11: assign public.calls(user_id)
-- finding F-8795ec2e55
-- lock ROW EXCLUSIVE on public.calls: only writers of the same rows wait; 25 rows expected
\echo step 11 of 14
-- assign public.calls(user_id)
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_calls_c81d13', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_calls_c81d13'), pg_catalog.to_regclass('public.calls'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.calls
                    WHERE public.calls.user_id IS NULL);
                IF number > 37 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.calls', 25 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- is there a value for each row?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.calls
                    WHERE public.calls.user_id IS NULL AND num_nulls('9d6ef97a-4e4f-94c4-5b6e-acd353148b6d'::uuid) > 0);
                IF number > 0 THEN
                    RAISE EXCEPTION 'what is to replace NULL is NULL itself in % rows of %; nothing has been changed', number, 'public.calls' USING HINT = 'Write a fill that has a value for each row; then audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH before AS
                (SELECT public.calls.id AS auditor_was_0, public.calls.org_id AS auditor_was_1, public.calls.user_id AS auditor_was_2, public.calls.customer_email AS auditor_was_3, public.calls.file_url AS auditor_was_4, public.calls.duration AS auditor_was_5, public.calls.metadata AS auditor_was_6, public.calls.deleted_at AS auditor_was_7, public.calls.created_at AS auditor_was_8, gen_random_uuid() AS auditor_row
                FROM public.calls
                WHERE public.calls.user_id IS NULL FOR UPDATE OF calls),
                after AS
                (UPDATE public.calls SET user_id='9d6ef97a-4e4f-94c4-5b6e-acd353148b6d'::uuid FROM before WHERE public.calls.id = before.auditor_was_0 RETURNING public.calls.id, public.calls.org_id, public.calls.user_id, public.calls.customer_email, public.calls.file_url, public.calls.duration, public.calls.metadata, public.calls.deleted_at, public.calls.created_at, before.auditor_row)
                INSERT INTO auditor_quarantine.p20261120020000_public_calls_c81d13 (auditor_step, auditor_image, auditor_row, id, org_id, user_id, customer_email, file_url, duration, metadata, deleted_at, created_at) SELECT 'assign-72c5946a3e@d1b3f75fc2' AS anon_1, 'old' AS anon_2, before.auditor_row, before.auditor_was_0, before.auditor_was_1, before.auditor_was_2, before.auditor_was_3, before.auditor_was_4, before.auditor_was_5, before.auditor_was_6, before.auditor_was_7, before.auditor_was_8
                FROM before UNION ALL SELECT 'assign-72c5946a3e@d1b3f75fc2' AS anon_3, 'new' AS anon_4, after.auditor_row, after.id, after.org_id, after.user_id, after.customer_email, after.file_url, after.duration, after.metadata, after.deleted_at, after.created_at
                FROM after;
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

-- step 12: assign public.referrals(referred_email)
-- finding F-872955c06e
-- lock ROW EXCLUSIVE on public.referrals: only writers of the same rows wait; 15 rows expected
\echo step 12 of 14
-- assign public.referrals(referred_email)
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_referrals_8d149f', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f'), pg_catalog.to_regclass('public.referrals'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_referrals_8d149f', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_referrals_8d149f'), pg_catalog.to_regclass('public.referrals'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.referrals
                    WHERE public.referrals.referred_email IS NOT NULL AND public.referrals.referred_email != lower(btrim(public.referrals.referred_email)));
                IF number > 26 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.referrals', 15 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH before AS
                (SELECT public.referrals.id AS auditor_was_0, public.referrals.referrer_id AS auditor_was_1, public.referrals.referred_email AS auditor_was_2, public.referrals.referred_user_id AS auditor_was_3, public.referrals.status AS auditor_was_4, public.referrals.created_at AS auditor_was_5, gen_random_uuid() AS auditor_row
                FROM public.referrals
                WHERE public.referrals.referred_email IS NOT NULL AND public.referrals.referred_email != lower(btrim(public.referrals.referred_email)) FOR UPDATE OF referrals),
                after AS
                (UPDATE public.referrals SET referred_email=lower(btrim(public.referrals.referred_email)) FROM before WHERE public.referrals.id = before.auditor_was_0 RETURNING public.referrals.id, public.referrals.referrer_id, public.referrals.referred_email, public.referrals.referred_user_id, public.referrals.status, public.referrals.created_at, before.auditor_row)
                INSERT INTO auditor_quarantine.p20261120020000_public_referrals_8d149f (auditor_step, auditor_image, auditor_row, id, referrer_id, referred_email, referred_user_id, status, created_at) SELECT 'assign-b281a1a7b4@a8011033fe' AS anon_1, 'old' AS anon_2, before.auditor_row, before.auditor_was_0, before.auditor_was_1, before.auditor_was_2, before.auditor_was_3, before.auditor_was_4, before.auditor_was_5
                FROM before UNION ALL SELECT 'assign-b281a1a7b4@a8011033fe' AS anon_3, 'new' AS anon_4, after.auditor_row, after.id, after.referrer_id, after.referred_email, after.referred_user_id, after.status, after.created_at
                FROM after;
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

-- step 13: set aside rows of public.usage_reservations
-- finding F-08a95c1528
-- lock ROW EXCLUSIVE on public.usage_reservations: only writers of the same rows wait; 12 rows expected
\echo step 13 of 14
-- set aside rows of public.usage_reservations
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19'), pg_catalog.to_regclass('public.usage_reservations'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19'), pg_catalog.to_regclass('public.usage_reservations'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- would another foreign key take rows along that nothing keeps?
            DECLARE
                found record;
            BEGIN
                SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
                    FROM pg_catalog.pg_constraint AS k
                    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN (pg_catalog.to_regclass('public.usage_reservations'));
                IF found.called IS NOT NULL AND (SELECT count(*) AS count_1
                    FROM public.usage_reservations
                    WHERE public.usage_reservations.org_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.organizations AS ref
                    WHERE ref.id = public.usage_reservations.org_id))) > 0 THEN
                    RAISE EXCEPTION 'the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup holds; nothing has been changed', found.called, found.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT count(*) AS count_1
                    FROM public.usage_reservations
                    WHERE public.usage_reservations.org_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                    FROM public.organizations AS ref
                    WHERE ref.id = public.usage_reservations.org_id)));
                IF number > 23 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.usage_reservations', 12 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            WITH gone AS
                (DELETE FROM public.usage_reservations WHERE public.usage_reservations.org_id IS NOT NULL AND NOT (EXISTS (SELECT 1
                FROM public.organizations AS ref
                WHERE ref.id = public.usage_reservations.org_id)) RETURNING public.usage_reservations.id, public.usage_reservations.org_id, public.usage_reservations.status, public.usage_reservations.credits, public.usage_reservations.expires_at, public.usage_reservations.created_at)
                INSERT INTO auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 (auditor_step, auditor_image, auditor_row, id, org_id, status, credits, expires_at, created_at) SELECT 'set-aside-8b1f835faa' AS anon_1, 'old' AS anon_2, gen_random_uuid() AS gen_random_uuid_1, gone.id, gone.org_id, gone.status, gone.credits, gone.expires_at, gone.created_at
                FROM gone;
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

-- step 14: assign public.usage_reservations(status)
-- finding F-bd6feb7d8e
-- lock ROW EXCLUSIVE on public.usage_reservations: only writers of the same rows wait; 17 rows expected
\echo step 14 of 14
-- assign public.usage_reservations(status)
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
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            -- is there a place for every row that is to be kept, and for all of it?
            DECLARE
                missing record;
            BEGIN
                SELECT pair.name AS called INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19'), pg_catalog.to_regclass('public.usage_reservations'))) AS pair (name, kept, source) WHERE pair.kept IS NULL;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the quarantine % is not there; nothing has been changed', missing.called USING HINT = 'Run 00-guard-and-quarantine.sql first.';
                END IF;
                SELECT a.attname AS called, pair.source AS place INTO missing FROM (VALUES ('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19', pg_catalog.to_regclass('auditor_quarantine.p20261120020000_public_usage_reservations_6daf19'), pg_catalog.to_regclass('public.usage_reservations'))) AS pair (name, kept, source)
                    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
                    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
                    AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), 'auditor p20261120020000:')
                    LIMIT 1;
                IF missing.called IS NOT NULL THEN
                    RAISE EXCEPTION 'the column % of % is new since the audit, or has another type, and would not be kept; nothing has been changed', missing.called, missing.place USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- are there as few rows as the audit counted?
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
                IF number > 28 THEN
                    RAISE EXCEPTION '% rows of % are concerned, % were audited; nothing has been changed', number, 'public.usage_reservations', 17 USING HINT = 'Audit again, and use the plan of that audit.';
                END IF;
            END;
            -- does what ends a row end it?
            DECLARE
                number bigint;
            BEGIN
                number := (SELECT pg_catalog.count(*) FROM (SELECT public.usage_reservations.id AS ended_0, public.usage_reservations.org_id AS ended_1, CAST(('expired') AS text) AS ended_2, public.usage_reservations.credits AS ended_3, public.usage_reservations.expires_at AS ended_4, public.usage_reservations.created_at AS ended_5
                    FROM public.usage_reservations
                    WHERE (public.usage_reservations.tableoid, public.usage_reservations.ctid) IN (SELECT ranked.leaf, ranked.place
                    FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_reservations.org_id ORDER BY public.usage_reservations.created_at DESC NULLS LAST, public.usage_reservations.id DESC NULLS LAST, tableoid DESC NULLS LAST, ctid DESC NULLS LAST) AS number
                    FROM public.usage_reservations
                    WHERE public.usage_reservations.status = 'active' AND public.usage_reservations.org_id IS NOT NULL) AS ranked
                    WHERE ranked.number > 1)) AS usage_reservations (id, org_id, status, credits, expires_at, created_at) WHERE status = 'active');
                IF number > 0 THEN
                    RAISE EXCEPTION 'what is to end rows of % leaves % of them live; nothing has been changed', 'public.usage_reservations', number USING HINT = 'Write an end after which the key''s where is not true any more; then audit again, and use that plan.';
                END IF;
            END;
            WITH before AS
                (SELECT public.usage_reservations.id AS auditor_was_0, public.usage_reservations.org_id AS auditor_was_1, public.usage_reservations.status AS auditor_was_2, public.usage_reservations.credits AS auditor_was_3, public.usage_reservations.expires_at AS auditor_was_4, public.usage_reservations.created_at AS auditor_was_5, gen_random_uuid() AS auditor_row
                FROM public.usage_reservations
                WHERE (public.usage_reservations.tableoid, public.usage_reservations.ctid) IN (SELECT ranked.leaf, ranked.place
                FROM (SELECT tableoid AS leaf, ctid AS place, row_number() OVER (PARTITION BY public.usage_reservations.org_id ORDER BY public.usage_reservations.created_at DESC NULLS LAST, public.usage_reservations.id DESC NULLS LAST, tableoid DESC NULLS LAST, ctid DESC NULLS LAST) AS number
                FROM public.usage_reservations
                WHERE public.usage_reservations.status = 'active' AND public.usage_reservations.org_id IS NOT NULL) AS ranked
                WHERE ranked.number > 1) FOR UPDATE OF usage_reservations),
                after AS
                (UPDATE public.usage_reservations SET status='expired' FROM before WHERE public.usage_reservations.id = before.auditor_was_0 RETURNING public.usage_reservations.id, public.usage_reservations.org_id, public.usage_reservations.status, public.usage_reservations.credits, public.usage_reservations.expires_at, public.usage_reservations.created_at, before.auditor_row)
                INSERT INTO auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 (auditor_step, auditor_image, auditor_row, id, org_id, status, credits, expires_at, created_at) SELECT 'assign-c0786c468f@6a6ffa661b' AS anon_1, 'old' AS anon_2, before.auditor_row, before.auditor_was_0, before.auditor_was_1, before.auditor_was_2, before.auditor_was_3, before.auditor_was_4, before.auditor_was_5
                FROM before UNION ALL SELECT 'assign-c0786c468f@6a6ffa661b' AS anon_3, 'new' AS anon_4, after.auditor_row, after.id, after.org_id, after.status, after.credits, after.expires_at, after.created_at
                FROM after;
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
