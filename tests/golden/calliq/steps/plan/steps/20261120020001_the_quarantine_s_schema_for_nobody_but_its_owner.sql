-- migrate:up
-- 2 of 36, guard: the quarantine's schema, for nobody but its owner
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
CREATE SCHEMA IF NOT EXISTS auditor_quarantine;
REVOKE ALL ON SCHEMA auditor_quarantine FROM PUBLIC;
DO $$BEGIN PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('auditor.path'), true); END$$;
