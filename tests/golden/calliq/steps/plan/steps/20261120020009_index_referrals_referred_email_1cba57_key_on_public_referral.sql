-- migrate:up transaction:false
-- 10 of 36, indexes: index referrals_referred_email_1cba57_key on public.referrals
-- plan p20261120020000 for database calliq on local socket, PostgreSQL 18
-- finding F-83354c485c
-- lock SHARE UPDATE EXCLUSIVE on public.referrals, for the time of a build: reads and writes go on
-- PostgreSQL refuses this statement in a transaction (25001 or 2D000): it stands alone
-- settings for the connection: standard_conforming_strings = on, client_encoding = 'UTF8', client_min_messages = warning, lock_timeout = '10min', statement_timeout = '1h', search_path = ''
-- if it fails, before you run it again: DROP INDEX CONCURRENTLY IF EXISTS public.referrals_referred_email_1cba57_key;
-- squawk-ignore require-lock-timeout, require-statement-timeout
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS referrals_referred_email_1cba57_key ON public.referrals ((lower(referred_email)));
