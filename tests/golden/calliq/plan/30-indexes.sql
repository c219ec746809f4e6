-- 30-indexes.sql: builds the indexes that the constraints need, without blocking writes
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
-- 6 steps
-- read it, then: psql -X -v ON_ERROR_STOP=1 -f 30-indexes.sql
-- it can be stopped anywhere and run again

\set ON_ERROR_STOP on
\encoding UTF8

-- step 1: written for PostgreSQL 18, database calliq
-- finding F-83354c485c, F-848034fdc0, F-bd6feb7d8e, F-c599d31890, F-ee0ac07f43
-- lock none on tables of yours
\echo step 1 of 6
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

-- step 2: index call_weekly_stats_org_id_week_key on public.call_weekly_stats
-- finding F-c599d31890
-- lock SHARE UPDATE EXCLUSIVE on public.call_weekly_stats, for the time of a build: reads and writes go on; outside transactions
\echo step 2 of 6
-- who would make a build wait
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
-- no rows share a key of the index call_weekly_stats_org_id_week_key on public.call_weekly_stats
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
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.call_weekly_stats_org_id_week_key') AND i.indrelid = pg_catalog.to_regclass('public.call_weekly_stats') AND i.indisvalid) AND EXISTS (SELECT FROM public.call_weekly_stats WHERE org_id IS NOT NULL AND week IS NOT NULL GROUP BY org_id, week HAVING pg_catalog.count(*) > 1) THEN
        RAISE EXCEPTION 'rows of % share a key of the unique index % that is to be built; nothing has been changed', 'public.call_weekly_stats', 'call_weekly_stats_org_id_week_key' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- index call_weekly_stats_org_id_week_key on public.call_weekly_stats
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.call_weekly_stats_org_id_week_key') AND i.indrelid = pg_catalog.to_regclass('public.call_weekly_stats') AND NOT i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.call_weekly_stats_org_id_week_key;
\endif
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS call_weekly_stats_org_id_week_key ON public.call_weekly_stats (org_id, week);
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 3: index referrals_referred_email_1cba57_key on public.referrals
-- finding F-83354c485c
-- lock SHARE UPDATE EXCLUSIVE on public.referrals, for the time of a build: reads and writes go on; outside transactions
\echo step 3 of 6
-- who would make a build wait
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
-- no rows share a key of the index referrals_referred_email_1cba57_key on public.referrals
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
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND i.indisvalid) AND EXISTS (SELECT FROM public.referrals WHERE (lower(referred_email)) IS NOT NULL GROUP BY (lower(referred_email)) HAVING pg_catalog.count(*) > 1) THEN
        RAISE EXCEPTION 'rows of % share a key of the unique index % that is to be built; nothing has been changed', 'public.referrals', 'referrals_referred_email_1cba57_key' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- index referrals_referred_email_1cba57_key on public.referrals
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND NOT i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.referrals_referred_email_1cba57_key;
\endif
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS referrals_referred_email_1cba57_key ON public.referrals ((lower(referred_email)));
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 4: index transcripts_reviewed_by_idx on public.transcripts
-- finding F-848034fdc0
-- lock SHARE UPDATE EXCLUSIVE on public.transcripts, for the time of a build: reads and writes go on; outside transactions
\echo step 4 of 6
-- who would make a build wait
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
-- index transcripts_reviewed_by_idx on public.transcripts
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.transcripts_reviewed_by_idx') AND i.indrelid = pg_catalog.to_regclass('public.transcripts') AND NOT i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.transcripts_reviewed_by_idx;
\endif
CREATE INDEX CONCURRENTLY IF NOT EXISTS transcripts_reviewed_by_idx ON public.transcripts (reviewed_by);
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 5: rebuild index usage_metrics_event_key_key on public.usage_metrics
-- finding F-ee0ac07f43
-- lock SHARE UPDATE EXCLUSIVE on public.usage_metrics, for the time of a build: reads and writes go on; outside transactions
\echo step 5 of 6
-- who would make a build wait
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
-- no rows share a key of the rebuild index usage_metrics_event_key_key on public.usage_metrics
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
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_metrics_event_key_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_metrics') AND i.indisvalid) AND EXISTS (SELECT FROM public.usage_metrics WHERE event_key IS NOT NULL GROUP BY event_key HAVING pg_catalog.count(*) > 1) THEN
        RAISE EXCEPTION 'rows of % share a key of the unique index % that is to be built; nothing has been changed', 'public.usage_metrics', 'usage_metrics_event_key_key' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- rebuild index usage_metrics_event_key_key on public.usage_metrics
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
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_metrics_event_key_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_metrics') AND NOT i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
REINDEX INDEX CONCURRENTLY public.usage_metrics_event_key_key;
\endif
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

-- step 6: index usage_reservations_org_id_f38b71_key on public.usage_reservations
-- finding F-bd6feb7d8e
-- lock SHARE UPDATE EXCLUSIVE on public.usage_reservations, for the time of a build: reads and writes go on; outside transactions
\echo step 6 of 6
-- who would make a build wait
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
-- no rows share a key of the index usage_reservations_org_id_f38b71_key on public.usage_reservations
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
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_reservations_org_id_f38b71_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_reservations') AND i.indisvalid) AND EXISTS (SELECT FROM public.usage_reservations WHERE (org_id) IS NOT NULL AND (status = 'active') GROUP BY (org_id) HAVING pg_catalog.count(*) > 1) THEN
        RAISE EXCEPTION 'rows of % share a key of the unique index % that is to be built; nothing has been changed', 'public.usage_reservations', 'usage_reservations_org_id_f38b71_key' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;
COMMIT;
-- index usage_reservations_org_id_f38b71_key on public.usage_reservations
SET standard_conforming_strings = on;
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
SET lock_timeout = '10min';
SET statement_timeout = '1h';
SET search_path = '';
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.usage_reservations_org_id_f38b71_key') AND i.indrelid = pg_catalog.to_regclass('public.usage_reservations') AND NOT i.indisvalid) AS auditor_asked \gset
\if :auditor_asked
DROP INDEX CONCURRENTLY IF EXISTS public.usage_reservations_org_id_f38b71_key;
\endif
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS usage_reservations_org_id_f38b71_key ON public.usage_reservations ((org_id)) WHERE status = 'active';
RESET standard_conforming_strings;
RESET client_encoding;
RESET client_min_messages;
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;
