-- 00-guard-and-quarantine.sql: checks that this is the database that was audited, and makes the quarantine
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
-- 7 steps
-- read it, then: psql -X -v ON_ERROR_STOP=1 -f 00-guard-and-quarantine.sql
-- it can be stopped anywhere and run again

\set ON_ERROR_STOP on
\encoding UTF8

-- step 1: written for PostgreSQL 18, database calliq
-- finding F-08a95c1528, F-0cf840b09e, F-3f080beb81, F-54f7a394b6, F-6da80bef00, F-6de59cf672, F-73a797a45a, F-83354c485c, F-848034fdc0, F-872955c06e, F-8795ec2e55, F-8b66c8b1a1, F-9bfad9f797, F-a4d0353fb2, F-b3d78413a8, F-b486fca505, F-bc59456e41, F-bd3ede389d, F-bd6feb7d8e, F-c599d31890, F-d819c0ea38, F-e383d4fb0c, F-e3d8211813, F-ee0ac07f43, F-f1283c8d26, F-f5937acf55
-- lock none on tables of yours
\echo step 1 of 7
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

-- step 2: the quarantine's schema, for nobody but its owner
-- finding F-08a95c1528, F-0cf840b09e, F-3f080beb81, F-73a797a45a, F-83354c485c, F-872955c06e, F-8795ec2e55, F-b486fca505, F-bc59456e41, F-bd3ede389d, F-bd6feb7d8e, F-e3d8211813, F-ee0ac07f43
-- lock none on tables of yours
\echo step 2 of 7
-- the quarantine's schema, for nobody but its owner
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';
SET LOCAL search_path = '';
CREATE SCHEMA IF NOT EXISTS auditor_quarantine;
REVOKE ALL ON SCHEMA auditor_quarantine FROM PUBLIC;
COMMIT;

-- step 3: quarantine for rows of public.calls
-- finding F-0cf840b09e, F-3f080beb81, F-8795ec2e55, F-e3d8211813
-- lock none on tables of yours
\echo step 3 of 7
-- quarantine for rows of public.calls
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
    IF pg_catalog.row_security_active(pg_catalog.to_regclass('public.calls')) THEN
        RAISE EXCEPTION 'row security hides rows of % from the role %; nothing has been changed', 'public.calls', current_user USING HINT = 'Run the plan as a superuser, or as a role with BYPASSRLS that owns the tables or is a member of their owner.';
    END IF;
END
$auditor$;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    published record;
BEGIN
    SELECT c.oid::pg_catalog.regclass AS place INTO published FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND (c.oid = pg_catalog.to_regclass('public.calls') OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass('public.calls')) AS t))
        AND (c.relreplident = 'n' OR c.relreplident IN ('d', 'i') AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END))
        AND EXISTS (SELECT FROM pg_catalog.pg_publication AS p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid AND (r.prrelid = c.oid
        OR r.prrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) AS a)))
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS n WHERE n.pnpubid = p.oid
        AND n.pnnspid = c.relnamespace)))
        LIMIT 1;
    IF published.place IS NOT NULL THEN
        RAISE EXCEPTION '% is published to subscribers and has no replica identity: the server refuses to change its rows', published.place USING HINT = 'Give it a primary key, or ALTER TABLE ... REPLICA IDENTITY FULL, or take it out of the publication.';
    END IF;
END
$auditor$;
CREATE TABLE IF NOT EXISTS auditor_quarantine.p20261120020000_public_calls_c81d13 (
    auditor_step text NOT NULL,
    auditor_image text NOT NULL,
    auditor_row uuid NOT NULL,
    auditor_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
    id uuid,
    org_id uuid,
    user_id uuid,
    customer_email text,
    file_url text,
    duration integer,
    metadata jsonb,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone,
    PRIMARY KEY (auditor_step, auditor_at, auditor_row, auditor_image)
);
REVOKE ALL ON TABLE auditor_quarantine.p20261120020000_public_calls_c81d13 FROM PUBLIC;
ALTER TABLE auditor_quarantine.p20261120020000_public_calls_c81d13 ENABLE ROW LEVEL SECURITY;
COMMIT;

-- step 4: quarantine for rows of public.referrals
-- finding F-73a797a45a, F-83354c485c, F-872955c06e
-- lock none on tables of yours
\echo step 4 of 7
-- quarantine for rows of public.referrals
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
    IF pg_catalog.row_security_active(pg_catalog.to_regclass('public.referrals')) THEN
        RAISE EXCEPTION 'row security hides rows of % from the role %; nothing has been changed', 'public.referrals', current_user USING HINT = 'Run the plan as a superuser, or as a role with BYPASSRLS that owns the tables or is a member of their owner.';
    END IF;
END
$auditor$;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    published record;
BEGIN
    SELECT c.oid::pg_catalog.regclass AS place INTO published FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND (c.oid = pg_catalog.to_regclass('public.referrals') OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass('public.referrals')) AS t))
        AND (c.relreplident = 'n' OR c.relreplident IN ('d', 'i') AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END))
        AND EXISTS (SELECT FROM pg_catalog.pg_publication AS p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid AND (r.prrelid = c.oid
        OR r.prrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) AS a)))
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS n WHERE n.pnpubid = p.oid
        AND n.pnnspid = c.relnamespace)))
        LIMIT 1;
    IF published.place IS NOT NULL THEN
        RAISE EXCEPTION '% is published to subscribers and has no replica identity: the server refuses to change its rows', published.place USING HINT = 'Give it a primary key, or ALTER TABLE ... REPLICA IDENTITY FULL, or take it out of the publication.';
    END IF;
END
$auditor$;
CREATE TABLE IF NOT EXISTS auditor_quarantine.p20261120020000_public_referrals_8d149f (
    auditor_step text NOT NULL,
    auditor_image text NOT NULL,
    auditor_row uuid NOT NULL,
    auditor_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
    id uuid,
    referrer_id uuid,
    referred_email text,
    referred_user_id uuid,
    status text,
    created_at timestamp with time zone,
    PRIMARY KEY (auditor_step, auditor_at, auditor_row, auditor_image)
);
REVOKE ALL ON TABLE auditor_quarantine.p20261120020000_public_referrals_8d149f FROM PUBLIC;
ALTER TABLE auditor_quarantine.p20261120020000_public_referrals_8d149f ENABLE ROW LEVEL SECURITY;
COMMIT;

-- step 5: quarantine for rows of public.transcripts
-- finding F-bc59456e41
-- lock none on tables of yours
\echo step 5 of 7
-- quarantine for rows of public.transcripts
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
    IF pg_catalog.row_security_active(pg_catalog.to_regclass('public.transcripts')) THEN
        RAISE EXCEPTION 'row security hides rows of % from the role %; nothing has been changed', 'public.transcripts', current_user USING HINT = 'Run the plan as a superuser, or as a role with BYPASSRLS that owns the tables or is a member of their owner.';
    END IF;
END
$auditor$;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    published record;
BEGIN
    SELECT c.oid::pg_catalog.regclass AS place INTO published FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND (c.oid = pg_catalog.to_regclass('public.transcripts') OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass('public.transcripts')) AS t))
        AND (c.relreplident = 'n' OR c.relreplident IN ('d', 'i') AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END))
        AND EXISTS (SELECT FROM pg_catalog.pg_publication AS p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid AND (r.prrelid = c.oid
        OR r.prrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) AS a)))
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS n WHERE n.pnpubid = p.oid
        AND n.pnnspid = c.relnamespace)))
        LIMIT 1;
    IF published.place IS NOT NULL THEN
        RAISE EXCEPTION '% is published to subscribers and has no replica identity: the server refuses to change its rows', published.place USING HINT = 'Give it a primary key, or ALTER TABLE ... REPLICA IDENTITY FULL, or take it out of the publication.';
    END IF;
END
$auditor$;
CREATE TABLE IF NOT EXISTS auditor_quarantine.p20261120020000_public_transcripts_128833 (
    auditor_step text NOT NULL,
    auditor_image text NOT NULL,
    auditor_row uuid NOT NULL,
    auditor_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
    id uuid,
    call_id uuid,
    reviewed_by uuid,
    language text,
    word_count integer,
    content text,
    created_at timestamp with time zone,
    PRIMARY KEY (auditor_step, auditor_at, auditor_row, auditor_image)
);
REVOKE ALL ON TABLE auditor_quarantine.p20261120020000_public_transcripts_128833 FROM PUBLIC;
ALTER TABLE auditor_quarantine.p20261120020000_public_transcripts_128833 ENABLE ROW LEVEL SECURITY;
COMMIT;

-- step 6: quarantine for rows of public.usage_metrics
-- finding F-b486fca505, F-bd3ede389d, F-ee0ac07f43
-- lock none on tables of yours
\echo step 6 of 7
-- quarantine for rows of public.usage_metrics
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
    IF pg_catalog.row_security_active(pg_catalog.to_regclass('public.usage_metrics')) THEN
        RAISE EXCEPTION 'row security hides rows of % from the role %; nothing has been changed', 'public.usage_metrics', current_user USING HINT = 'Run the plan as a superuser, or as a role with BYPASSRLS that owns the tables or is a member of their owner.';
    END IF;
END
$auditor$;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    published record;
BEGIN
    SELECT c.oid::pg_catalog.regclass AS place INTO published FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND (c.oid = pg_catalog.to_regclass('public.usage_metrics') OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass('public.usage_metrics')) AS t))
        AND (c.relreplident = 'n' OR c.relreplident IN ('d', 'i') AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END))
        AND EXISTS (SELECT FROM pg_catalog.pg_publication AS p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid AND (r.prrelid = c.oid
        OR r.prrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) AS a)))
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS n WHERE n.pnpubid = p.oid
        AND n.pnnspid = c.relnamespace)))
        LIMIT 1;
    IF published.place IS NOT NULL THEN
        RAISE EXCEPTION '% is published to subscribers and has no replica identity: the server refuses to change its rows', published.place USING HINT = 'Give it a primary key, or ALTER TABLE ... REPLICA IDENTITY FULL, or take it out of the publication.';
    END IF;
END
$auditor$;
CREATE TABLE IF NOT EXISTS auditor_quarantine.p20261120020000_public_usage_metrics_82d634 (
    auditor_step text NOT NULL,
    auditor_image text NOT NULL,
    auditor_row uuid NOT NULL,
    auditor_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
    id bigint,
    org_id uuid,
    event_key text,
    metric text,
    quantity integer,
    metadata jsonb,
    recorded_at timestamp with time zone,
    PRIMARY KEY (auditor_step, auditor_at, auditor_row, auditor_image)
);
REVOKE ALL ON TABLE auditor_quarantine.p20261120020000_public_usage_metrics_82d634 FROM PUBLIC;
ALTER TABLE auditor_quarantine.p20261120020000_public_usage_metrics_82d634 ENABLE ROW LEVEL SECURITY;
COMMIT;

-- step 7: quarantine for rows of public.usage_reservations
-- finding F-08a95c1528, F-bd6feb7d8e
-- lock none on tables of yours
\echo step 7 of 7
-- quarantine for rows of public.usage_reservations
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
    IF pg_catalog.row_security_active(pg_catalog.to_regclass('public.usage_reservations')) THEN
        RAISE EXCEPTION 'row security hides rows of % from the role %; nothing has been changed', 'public.usage_reservations', current_user USING HINT = 'Run the plan as a superuser, or as a role with BYPASSRLS that owns the tables or is a member of their owner.';
    END IF;
END
$auditor$;
DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    published record;
BEGIN
    SELECT c.oid::pg_catalog.regclass AS place INTO published FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'r' AND (c.oid = pg_catalog.to_regclass('public.usage_reservations') OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass('public.usage_reservations')) AS t))
        AND (c.relreplident = 'n' OR c.relreplident IN ('d', 'i') AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END))
        AND EXISTS (SELECT FROM pg_catalog.pg_publication AS p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid AND (r.prrelid = c.oid
        OR r.prrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) AS a)))
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS n WHERE n.pnpubid = p.oid
        AND n.pnnspid = c.relnamespace)))
        LIMIT 1;
    IF published.place IS NOT NULL THEN
        RAISE EXCEPTION '% is published to subscribers and has no replica identity: the server refuses to change its rows', published.place USING HINT = 'Give it a primary key, or ALTER TABLE ... REPLICA IDENTITY FULL, or take it out of the publication.';
    END IF;
END
$auditor$;
CREATE TABLE IF NOT EXISTS auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 (
    auditor_step text NOT NULL,
    auditor_image text NOT NULL,
    auditor_row uuid NOT NULL,
    auditor_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
    id uuid,
    org_id uuid,
    status text,
    credits integer,
    expires_at timestamp with time zone,
    created_at timestamp with time zone,
    PRIMARY KEY (auditor_step, auditor_at, auditor_row, auditor_image)
);
REVOKE ALL ON TABLE auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 FROM PUBLIC;
ALTER TABLE auditor_quarantine.p20261120020000_public_usage_reservations_6daf19 ENABLE ROW LEVEL SECURITY;
COMMIT;
