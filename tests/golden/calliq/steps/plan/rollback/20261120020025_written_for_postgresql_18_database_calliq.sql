-- migrate:up
-- 26 of 36, rollback: written for PostgreSQL 18, database calliq
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-73a797a45a, F-83354c485c, F-872955c06e, F-9bfad9f797, F-b3d78413a8
-- lock none on tables of yours
-- runs in a transaction, which the runner begins and ends
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
DO $$BEGIN PERFORM pg_catalog.set_config('auditor.path', pg_catalog.current_setting('search_path'), true); END$$;
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
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
