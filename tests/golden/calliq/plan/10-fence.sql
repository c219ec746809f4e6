-- 10-fence.sql: refuses new violations from now on; old rows stay as they are
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
-- 4 steps
-- read it, then: psql -X -v ON_ERROR_STOP=1 -f 10-fence.sql
-- it can be stopped anywhere and run again

\set ON_ERROR_STOP on
\encoding UTF8

-- step 1: written for PostgreSQL 18, database calliq
-- finding F-a4d0353fb2, F-b3d78413a8, F-bc59456e41
-- lock none on tables of yours
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
COMMIT;

-- step 2: add the foreign key of public.notifications(user_id) to public.users
-- finding F-a4d0353fb2
-- lock SHARE ROW EXCLUSIVE on public.notifications and public.users, for milliseconds: writes wait
-- add the foreign key of public.notifications(user_id) to public.users
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
IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.notifications') AND k.conname = 'notifications_user_id_fkey') OR false) THEN
ALTER TABLE public.notifications ADD CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) NOT VALID;
END IF;
EXIT;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
IF attempt = 5 THEN
RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format(
    'pid %s (%s, %s, transaction open for %s)', held.pid,
    coalesce(nullif(held.application_name, ''), 'unnamed'), coalesce(held.state, 'state hidden'),
    coalesce((pg_catalog.clock_timestamp() - held.xact_start)::interval(0)::text, 'an unknown time')), '; '),
    'nobody any more')
FROM (SELECT DISTINCT a.pid, a.application_name, a.state, a.xact_start
    FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.notifications')]) AS root
        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.notifications')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
    ORDER BY a.xact_start LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
END IF;
WHEN insufficient_privilege THEN
RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
END;
PERFORM pg_catalog.pg_sleep(1);
END LOOP;
END
$auditor$;
COMMIT;

-- step 3: add the foreign key of public.referrals(referred_user_id) to public.users
-- finding F-b3d78413a8
-- lock SHARE ROW EXCLUSIVE on public.referrals and public.users, for milliseconds: writes wait
-- add the foreign key of public.referrals(referred_user_id) to public.users
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
IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_user_id_fkey') OR false) THEN
ALTER TABLE public.referrals ADD CONSTRAINT referrals_referred_user_id_fkey FOREIGN KEY (referred_user_id) REFERENCES public.users (id) NOT VALID;
END IF;
EXIT;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
IF attempt = 5 THEN
RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format(
    'pid %s (%s, %s, transaction open for %s)', held.pid,
    coalesce(nullif(held.application_name, ''), 'unnamed'), coalesce(held.state, 'state hidden'),
    coalesce((pg_catalog.clock_timestamp() - held.xact_start)::interval(0)::text, 'an unknown time')), '; '),
    'nobody any more')
FROM (SELECT DISTINCT a.pid, a.application_name, a.state, a.xact_start
    FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root
        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.referrals')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
    ORDER BY a.xact_start LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
END IF;
WHEN insufficient_privilege THEN
RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
END;
PERFORM pg_catalog.pg_sleep(1);
END LOOP;
END
$auditor$;
COMMIT;

-- step 4: add the foreign key of public.transcripts(call_id) to public.calls
-- finding F-bc59456e41
-- lock SHARE ROW EXCLUSIVE on public.transcripts and public.calls, for milliseconds: writes wait
-- add the foreign key of public.transcripts(call_id) to public.calls
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
IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.transcripts') AND k.conname = 'transcripts_call_id_fkey') OR false) THEN
ALTER TABLE public.transcripts ADD CONSTRAINT transcripts_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls (id) NOT VALID;
END IF;
EXIT;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
IF attempt = 5 THEN
RAISE EXCEPTION 'no lock in % attempts; this part of the step has changed nothing. In the way: %', 5, (SELECT coalesce(pg_catalog.string_agg(pg_catalog.format(
    'pid %s (%s, %s, transaction open for %s)', held.pid,
    coalesce(nullif(held.application_name, ''), 'unnamed'), coalesce(held.state, 'state hidden'),
    coalesce((pg_catalog.clock_timestamp() - held.xact_start)::interval(0)::text, 'an unknown time')), '; '),
    'nobody any more')
FROM (SELECT DISTINCT a.pid, a.application_name, a.state, a.xact_start
    FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root
        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[pg_catalog.to_regclass('public.transcripts')]) AS root, pg_catalog.pg_partition_tree(root) AS p)
    ORDER BY a.xact_start LIMIT 3) AS held) USING HINT = 'Wait for these transactions to end, or end them; then run this file again.';
END IF;
WHEN insufficient_privilege THEN
RAISE EXCEPTION '%; this part of the step has changed nothing', SQLERRM USING HINT = 'Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.';
END;
PERFORM pg_catalog.pg_sleep(1);
END LOOP;
END
$auditor$;
COMMIT;
