-- migrate:up
-- 7 of 36, cleanup: assign public.referrals(referred_email)
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-872955c06e
-- lock ROW EXCLUSIVE on public.referrals: only writers of the same rows wait; 15 rows expected
-- runs in a transaction, which the runner begins and ends
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '1h';
SET LOCAL row_security = off;
DO $$BEGIN PERFORM pg_catalog.set_config('auditor.path', pg_catalog.current_setting('search_path'), true); END$$;
SET LOCAL search_path = '';
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
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
