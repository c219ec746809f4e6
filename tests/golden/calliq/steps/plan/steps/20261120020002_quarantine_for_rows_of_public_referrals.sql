-- migrate:up
-- 3 of 36, guard: quarantine for rows of public.referrals
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-73a797a45a, F-83354c485c, F-872955c06e
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
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
