-- migrate:up
-- 5 of 36, cleanup: set aside rows of public.referrals
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-73a797a45a
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
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
