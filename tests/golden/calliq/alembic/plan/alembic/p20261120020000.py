"""plan p20261120020000 for database calliq on local socket, PostgreSQL 18.

audited 2026-11-20T02:00:00+00:00, run 20261120T020000Z, auditor 0.1.0
36 steps; it can be stopped anywhere and upgraded, or downgraded, again
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "p20261120020000"
down_revision = None  # your head, as `alembic heads` names it
branch_labels = None
depends_on = None


def upgrade() -> None:
    with _apart():
        # "guard 1: written for PostgreSQL 18, database calliq; F-73a797a45a, F-83354c485c, F-872955c06e, F-9bfad9f797, F-b3d78413a8; lock none on tables of yours"
        _transaction(
            "written for PostgreSQL 18, database calliq",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
        )
        # "guard 2: the quarantine's schema, for nobody but its owner; F-73a797a45a, F-83354c485c, F-872955c06e; lock none on tables of yours"
        _transaction(
            "the quarantine's schema, for nobody but its owner",
            _SETTINGS[0],
            "CREATE SCHEMA IF NOT EXISTS auditor_quarantine;",
            "REVOKE ALL ON SCHEMA auditor_quarantine FROM PUBLIC;",
        )
        # "guard 3: quarantine for rows of public.referrals; F-73a797a45a, F-83354c485c, F-872955c06e; lock none on tables of yours"
        _transaction(
            "quarantine for rows of public.referrals",
            _SETTINGS[0],
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF pg_catalog.row_security_active(pg_catalog.to_regclass('public.referrals')) THEN
        RAISE EXCEPTION 'row security hides rows of % from the role %; nothing has been changed', 'public.referrals', current_user USING HINT = 'Run the plan as a superuser, or as a role with BYPASSRLS that owns the tables or is a member of their owner.';
    END IF;
END
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
            """CREATE TABLE IF NOT EXISTS auditor_quarantine.p20261120020000_public_referrals_8d149f (
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
ALTER TABLE auditor_quarantine.p20261120020000_public_referrals_8d149f ENABLE ROW LEVEL SECURITY;""",
        )
        # "fence 4: written for PostgreSQL 18, database calliq; F-b3d78413a8; lock none on tables of yours"
        _transaction(
            "written for PostgreSQL 18, database calliq",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
        )
        # "fence 5: add the foreign key of public.referrals(referred_user_id) to public.users; F-b3d78413a8; lock SHARE ROW EXCLUSIVE on public.referrals and public.users, for milliseconds: writes wait"
        _transaction(
            "add the foreign key of public.referrals(referred_user_id) to public.users",
            _SETTINGS[1],
            """DO $auditor$
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
$auditor$;""",
        )
        # "cleanup 6: written for PostgreSQL 18, database calliq; F-73a797a45a, F-83354c485c, F-872955c06e; lock none on tables of yours"
        _transaction(
            "written for PostgreSQL 18, database calliq",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
        )
        # "cleanup 7: set aside rows of public.referrals; F-73a797a45a; lock ROW EXCLUSIVE on public.referrals: only writers of the same rows wait; 15 rows expected"
        _transaction(
            "set aside rows of public.referrals",
            _SETTINGS[2],
            "SET CONSTRAINTS ALL IMMEDIATE;",
            """DO $auditor$
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
$auditor$;""",
        )
        # "cleanup 8: set aside rows of public.referrals; F-83354c485c; lock ROW EXCLUSIVE on public.referrals: only writers of the same rows wait; 21 rows expected"
        _transaction(
            "set aside rows of public.referrals",
            _SETTINGS[2],
            "SET CONSTRAINTS ALL IMMEDIATE;",
            """DO $auditor$
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
$auditor$;""",
        )
        # "cleanup 9: assign public.referrals(referred_email); F-872955c06e; lock ROW EXCLUSIVE on public.referrals: only writers of the same rows wait; 15 rows expected"
        _transaction(
            "assign public.referrals(referred_email)",
            _SETTINGS[2],
            "SET CONSTRAINTS ALL IMMEDIATE;",
            """DO $auditor$
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
$auditor$;""",
        )
        # "indexes 10: written for PostgreSQL 18, database calliq; F-83354c485c; lock none on tables of yours"
        _transaction(
            "written for PostgreSQL 18, database calliq",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
        )
        # "indexes 11: index referrals_referred_email_1cba57_key on public.referrals; F-83354c485c; lock SHARE UPDATE EXCLUSIVE on public.referrals, for the time of a build: reads and writes go on"
        _transaction(
            "who would make a build wait",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
        )
        _transaction(
            "no rows share a key of the index referrals_referred_email_1cba57_key on public.referrals",
            _SETTINGS[3],
            "SET LOCAL row_security = off;",
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND i.indisvalid) AND EXISTS (SELECT FROM public.referrals WHERE (lower(referred_email)) IS NOT NULL GROUP BY (lower(referred_email)) HAVING pg_catalog.count(*) > 1) THEN
        RAISE EXCEPTION 'rows of % share a key of the unique index % that is to be built; nothing has been changed', 'public.referrals', 'referrals_referred_email_1cba57_key' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;""",
        )
        _outside(
            "index referrals_referred_email_1cba57_key on public.referrals",
            _SETTINGS[4],
            "DROP INDEX CONCURRENTLY IF EXISTS public.referrals_referred_email_1cba57_key;",
            condition="EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND NOT i.indisvalid)",
        )
        _outside(
            "index referrals_referred_email_1cba57_key on public.referrals",
            _SETTINGS[4],
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS referrals_referred_email_1cba57_key ON public.referrals ((lower(referred_email)));",
        )
        # "constraints 12: written for PostgreSQL 18, database calliq; F-73a797a45a, F-872955c06e, F-9bfad9f797, F-b3d78413a8; lock none on tables of yours"
        _transaction(
            "written for PostgreSQL 18, database calliq",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
        )
        # "constraints 13: add and validate referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals; F-872955c06e; lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait; then SHARE UPDATE EXCLUSIVE on public.referrals, for a scan: reads and writes go on"
        _transaction(
            "no row breaks referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals",
            _SETTINGS[3],
            "SET LOCAL row_security = off;",
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT (EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase') OR false) AND EXISTS (SELECT FROM public.referrals WHERE (referred_email = lower(btrim(referred_email))) IS FALSE) THEN
        RAISE EXCEPTION 'rows of % break the constraint % that is to be added; nothing has been changed', 'public.referrals', 'referrals_referred_email_8d00d8_referred_email_lowercase' USING HINT = 'Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.';
    END IF;
END
$auditor$;""",
        )
        _transaction(
            "add referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
        )
        _transaction(
            "validate referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals",
            _SETTINGS[3],
            """DO $auditor$
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
$auditor$;""",
        )
        # "constraints 14: validate referrals_referrer_id_fkey on public.referrals; F-73a797a45a; lock SHARE UPDATE EXCLUSIVE on public.referrals, for a scan: reads and writes go on"
        _transaction(
            "validate referrals_referrer_id_fkey on public.referrals",
            _SETTINGS[3],
            """DO $auditor$
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
$auditor$;""",
        )
        # "constraints 15: no DELETE for authenticated on public.referrals; F-9bfad9f797; lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait"
        _transaction(
            "no DELETE for authenticated on public.referrals",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
        )
        # "constraints 16: validate the foreign key of public.referrals(referred_user_id) to public.users; F-b3d78413a8; lock SHARE UPDATE EXCLUSIVE on public.referrals and ROW SHARE on public.users, for a scan: reads and writes go on"
        _transaction(
            "validate the foreign key of public.referrals(referred_user_id) to public.users",
            _SETTINGS[3],
            """DO $auditor$
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
$auditor$;""",
        )
        # "verify 17: written for PostgreSQL 18, database calliq; F-73a797a45a, F-83354c485c, F-872955c06e, F-9bfad9f797, F-b3d78413a8; lock none on tables of yours"
        _transaction(
            "written for PostgreSQL 18, database calliq",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
        )
        # "verify 18: no row of public.referrals violates; F-83354c485c; lock ACCESS SHARE on public.referrals: nobody waits"
        _transaction(
            "no row of public.referrals violates",
            _SETTINGS[3],
            "SET LOCAL row_security = off;",
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
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
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.referrals';
    END IF;
END
$auditor$;""",
        )
        # "verify 19: no row of public.referrals violates; F-73a797a45a; lock ACCESS SHARE on public.referrals: nobody waits"
        _transaction(
            "no row of public.referrals violates",
            _SETTINGS[3],
            "SET LOCAL row_security = off;",
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.referrals
        WHERE public.referrals.referrer_id IS NOT NULL AND NOT (EXISTS (SELECT 1
        FROM public.users AS ref
        WHERE ref.id = public.referrals.referrer_id)));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.referrals';
    END IF;
END
$auditor$;""",
        )
        # "verify 20: no row of public.referrals violates; F-872955c06e; lock ACCESS SHARE on public.referrals: nobody waits"
        _transaction(
            "no row of public.referrals violates",
            _SETTINGS[3],
            "SET LOCAL row_security = off;",
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
DECLARE
    number bigint;
BEGIN
    number := (SELECT count(*) AS count_1
        FROM public.referrals
        WHERE public.referrals.referred_email IS NOT NULL AND public.referrals.referred_email != lower(btrim(public.referrals.referred_email)));
    IF number > 0 THEN
        RAISE EXCEPTION '% rows of % violate', number, 'public.referrals';
    END IF;
END
$auditor$;""",
        )
        # "verify 21: index referrals_referred_email_1cba57_key on public.referrals is valid; F-83354c485c; lock none: reads the catalog"
        _transaction(
            "index referrals_referred_email_1cba57_key on public.referrals is valid",
            _SETTINGS[0],
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND i.indisvalid) THEN
        RAISE EXCEPTION 'the index % of % is not there, or invalid', 'referrals_referred_email_1cba57_key', 'public.referrals';
    END IF;
END
$auditor$;""",
        )
        # "verify 22: referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals is valid; F-872955c06e; lock none: reads the catalog"
        _transaction(
            "referrals_referred_email_8d00d8_referred_email_lowercase on public.referrals is valid",
            _SETTINGS[0],
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_email_8d00d8_referred_email_lowercase' AND k.contype = 'c' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'referrals_referred_email_8d00d8_referred_email_lowercase', 'public.referrals';
    END IF;
END
$auditor$;""",
        )
        # "verify 23: referrals_referred_user_id_fkey on public.referrals is valid; F-b3d78413a8; lock none: reads the catalog"
        _transaction(
            "referrals_referred_user_id_fkey on public.referrals is valid",
            _SETTINGS[0],
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referred_user_id_fkey' AND k.contype = 'f' AND k.convalidated AND k.confrelid = pg_catalog.to_regclass('public.users')) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'referrals_referred_user_id_fkey', 'public.referrals';
    END IF;
END
$auditor$;""",
        )
        # "verify 24: referrals_referrer_id_fkey on public.referrals is valid; F-73a797a45a; lock none: reads the catalog"
        _transaction(
            "referrals_referrer_id_fkey on public.referrals is valid",
            _SETTINGS[0],
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = pg_catalog.to_regclass('public.referrals') AND k.conname = 'referrals_referrer_id_fkey' AND k.contype = 'f' AND k.convalidated) THEN
        RAISE EXCEPTION 'the constraint % of % is not there, or not valid', 'referrals_referrer_id_fkey', 'public.referrals';
    END IF;
END
$auditor$;""",
        )
        # "verify 25: so it is: no DELETE for authenticated on public.referrals; F-9bfad9f797; lock none: reads the catalog"
        _transaction(
            "so it is: no DELETE for authenticated on public.referrals",
            _SETTINGS[0],
            """DO $auditor$
#variable_conflict use_column
<<auditor_block>>
BEGIN
    IF NOT (NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a WHERE c.oid = pg_catalog.to_regclass('public.referrals') AND a.grantee = pg_catalog.to_regrole('authenticated') AND a.privilege_type = 'DELETE')) THEN
        RAISE EXCEPTION 'not so: %', 'no DELETE for authenticated on public.referrals';
    END IF;
END
$auditor$;""",
        )


def downgrade() -> None:
    with _apart():
        # "rollback 1: written for PostgreSQL 18, database calliq; F-73a797a45a, F-83354c485c, F-872955c06e, F-9bfad9f797, F-b3d78413a8; lock none on tables of yours"
        _transaction(
            "written for PostgreSQL 18, database calliq",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 2: take away referrals_referrer_id_fkey of public.referrals; F-73a797a45a, F-83354c485c, F-872955c06e; lock ACCESS EXCLUSIVE on public.referrals and public.users, for milliseconds: reads and writes wait"
        _transaction(
            "take away referrals_referrer_id_fkey of public.referrals",
            _SETTINGS[1],
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 3: undo: no DELETE for authenticated on public.referrals; F-9bfad9f797; lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait"
        _transaction(
            "undo: no DELETE for authenticated on public.referrals",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 4: drop referrals_referred_user_id_fkey of public.referrals; F-b3d78413a8; lock ACCESS EXCLUSIVE on public.referrals and public.users, for milliseconds: reads and writes wait"
        _transaction(
            "drop referrals_referred_user_id_fkey of public.referrals",
            _SETTINGS[1],
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 5: drop referrals_referred_email_8d00d8_referred_email_lowercase of public.referrals; F-872955c06e; lock ACCESS EXCLUSIVE on public.referrals, for milliseconds: reads and writes wait"
        _transaction(
            "drop referrals_referred_email_8d00d8_referred_email_lowercase of public.referrals",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 6: drop index referrals_referred_email_1cba57_key on public.referrals; F-83354c485c; lock SHARE UPDATE EXCLUSIVE on public.referrals, for the time of a build: reads and writes go on"
        _outside(
            "drop index referrals_referred_email_1cba57_key on public.referrals",
            _SETTINGS[4],
            "DROP INDEX CONCURRENTLY IF EXISTS public.referrals_referred_email_1cba57_key;",
            condition="""EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass('public.referrals_referred_email_1cba57_key') AND i.indrelid = pg_catalog.to_regclass('public.referrals') AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = i.indexrelid))""",
        )
        # "rollback 7: bring back rows of public.referrals; F-872955c06e; lock SHARE ROW EXCLUSIVE on public.referrals where it has triggers, else ROW EXCLUSIVE on public.referrals: only writers of the same rows wait"
        _transaction(
            "bring back rows of public.referrals",
            _SETTINGS[2],
            "SET CONSTRAINTS ALL IMMEDIATE;",
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 8: bring back rows of public.referrals; F-83354c485c; lock SHARE ROW EXCLUSIVE on public.referrals where it has triggers, else ROW EXCLUSIVE on public.referrals: only writers of the same rows wait"
        _transaction(
            "bring back rows of public.referrals",
            _SETTINGS[2],
            "SET CONSTRAINTS ALL IMMEDIATE;",
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 9: bring back rows of public.referrals; F-73a797a45a; lock SHARE ROW EXCLUSIVE on public.referrals where it has triggers, else ROW EXCLUSIVE on public.referrals: only writers of the same rows wait"
        _transaction(
            "bring back rows of public.referrals",
            _SETTINGS[2],
            "SET CONSTRAINTS ALL IMMEDIATE;",
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 10: give back, NOT VALID, referrals_referrer_id_fkey of public.referrals; F-73a797a45a, F-83354c485c, F-872955c06e; lock ACCESS EXCLUSIVE on public.referrals and public.users, for milliseconds: reads and writes wait"
        _transaction(
            "give back, NOT VALID, referrals_referrer_id_fkey of public.referrals",
            _SETTINGS[1],
            """DO $auditor$
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
$auditor$;""",
        )
        # "rollback 11: nothing is left in the quarantine of this plan; F-73a797a45a, F-83354c485c, F-872955c06e; lock none on tables of yours"
        _transaction(
            "nothing is left in the quarantine of this plan",
            _SETTINGS[0],
            """DO $auditor$
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
$auditor$;""",
        )


_SETTINGS = (
    (
        "standard_conforming_strings = on",
        "client_encoding = 'UTF8'",
        "client_min_messages = warning",
        "lock_timeout = '2s'",
        "statement_timeout = '30s'",
        "search_path = ''",
    ),
    (
        "standard_conforming_strings = on",
        "client_encoding = 'UTF8'",
        "client_min_messages = warning",
        "lock_timeout = '1s'",
        "statement_timeout = '30s'",
        "search_path = ''",
    ),
    (
        "standard_conforming_strings = on",
        "client_encoding = 'UTF8'",
        "client_min_messages = warning",
        "lock_timeout = '2s'",
        "statement_timeout = '1h'",
        "search_path = ''",
        "row_security = off",
    ),
    (
        "standard_conforming_strings = on",
        "client_encoding = 'UTF8'",
        "client_min_messages = warning",
        "lock_timeout = '2s'",
        "statement_timeout = '1h'",
        "search_path = ''",
    ),
    (
        "standard_conforming_strings = on",
        "client_encoding = 'UTF8'",
        "client_min_messages = warning",
        "lock_timeout = '10min'",
        "statement_timeout = '1h'",
        "search_path = ''",
    ),
)


@contextmanager
def _apart() -> Iterator[None]:
    """Outside Alembic's transaction: each of the plan's begins and ends by itself, so that no lock outlives it."""
    if op.get_context().as_sql:
        raise RuntimeError("this revision asks the database what is done already: for SQL use --plan-format psql")
    driver: Any = op.get_bind().connection.driver_connection
    if hasattr(driver, "add_notice_handler"):  # psycopg 3; others may write warnings to their own log
        driver.add_notice_handler(_say)
    with op.get_context().autocommit_block():
        yield


def _say(notice: Any) -> None:
    logging.getLogger("alembic.runtime.migration").warning("%s %s", notice.message_primary, notice.message_hint or "")


def _transaction(title: str, settings: tuple[str, ...], *statements: str) -> None:
    logging.getLogger("alembic.runtime.migration").info(title)
    _send("BEGIN ISOLATION LEVEL READ COMMITTED")
    try:
        for setting in settings:
            _send(f"SET LOCAL {setting}")
        for statement in statements:
            _send(statement)
        _send("COMMIT")
    except BaseException:
        _send("ROLLBACK")
        raise


def _outside(
    title: str, settings: tuple[str, ...], statement: str, condition: str | None = None, may_fail: bool = False
) -> None:
    """What PostgreSQL refuses in a transaction. The session's own settings come back after it."""
    logging.getLogger("alembic.runtime.migration").info(title)
    names = [setting.split(" ")[0] for setting in settings]
    before = {name: _send(f"SHOW {name}").scalar() for name in names}
    try:
        for setting in settings:
            _send(f"SET {setting}")
        if condition is None or _send(f"SELECT {condition}").scalar():
            _send(statement)
    except sa.exc.DBAPIError:
        if not may_fail:
            raise
    finally:
        for name, value in before.items():
            op.get_bind().execute(sa.select(sa.func.pg_catalog.set_config(name, value, False)))


def _send(statement: str) -> Any:
    """As it is: neither `%` nor `:name` in it is a parameter."""
    return op.get_bind().exec_driver_sql(statement, execution_options={"no_parameters": True})