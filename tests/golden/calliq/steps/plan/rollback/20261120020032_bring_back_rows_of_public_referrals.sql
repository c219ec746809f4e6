-- migrate:up
-- 33 of 36, rollback: bring back rows of public.referrals
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-83354c485c
-- lock SHARE ROW EXCLUSIVE on public.referrals where it has triggers, else ROW EXCLUSIVE on public.referrals: only writers of the same rows wait
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
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
