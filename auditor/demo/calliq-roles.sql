-- Roles belong to the cluster, not to the database: made where they are missing, left as they are where not.
-- Two loaders may do this at once, in two databases, where no lock of ours would keep them apart.
DO $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        'CREATE ROLE anon NOLOGIN',
        'CREATE ROLE authenticated NOLOGIN',
        'CREATE ROLE service_role NOLOGIN BYPASSRLS',
        'CREATE ROLE authenticator LOGIN NOINHERIT',
        'CREATE ROLE calliq_billing NOLOGIN'
    ] LOOP
        BEGIN
            EXECUTE statement;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    IF NOT pg_has_role('authenticator', 'anon', 'MEMBER') THEN
        GRANT anon, authenticated, service_role TO authenticator;
    END IF;
    -- Deliberate (rls-not-forced): signed-in users inherit the owner of usage_reservations.
    IF NOT pg_has_role('authenticated', 'calliq_billing', 'MEMBER') THEN
        GRANT calliq_billing TO authenticated;
    END IF;
EXCEPTION WHEN unique_violation THEN
    NULL; -- the other loader granted it
END
$$;
