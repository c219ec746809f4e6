-- Who may do what, in the manner of Supabase: the API signs in as authenticator and becomes anon or authenticated.

CREATE SCHEMA IF NOT EXISTS auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE SET search_path = ''
RETURN nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid;
CREATE FUNCTION auth.org_id() RETURNS uuid LANGUAGE sql STABLE SET search_path = ''
RETURN nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'org_id', '')::uuid;

GRANT USAGE ON SCHEMA public, auth TO anon, authenticated, service_role;
GRANT ALL ON ALL TABLES IN SCHEMA public TO service_role;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO service_role;

-- As it ought to be: each command that is granted has its policy, and the owner is bound as well.
GRANT SELECT ON public.organizations TO authenticated;
ALTER TABLE public.organizations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "members read their organisation" ON public.organizations
    FOR SELECT TO authenticated USING (id = (SELECT auth.org_id()));

GRANT SELECT, UPDATE ON public.users TO authenticated;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "members read their colleagues" ON public.users
    FOR SELECT TO authenticated USING (org_id = (SELECT auth.org_id()));
CREATE POLICY "users change themselves" ON public.users
    FOR UPDATE TO authenticated
    USING (id = (SELECT auth.uid())) WITH CHECK (id = (SELECT auth.uid()) AND org_id = (SELECT auth.org_id()));

GRANT SELECT, INSERT, UPDATE ON public.calls TO authenticated;
ALTER TABLE public.calls ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "members read calls" ON public.calls
    FOR SELECT TO authenticated USING (org_id = (SELECT auth.org_id()));
CREATE POLICY "members record calls" ON public.calls
    FOR INSERT TO authenticated WITH CHECK (org_id = (SELECT auth.org_id()));
CREATE POLICY "members change calls" ON public.calls
    FOR UPDATE TO authenticated
    USING (org_id = (SELECT auth.org_id())) WITH CHECK (org_id = (SELECT auth.org_id()));

-- Deliberate (rls-without-policy): switched on, and then forgotten; only service_role reads it.
ALTER TABLE public.transcripts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Deliberate (rls-disabled): a dashboard was to be public for a day.
GRANT SELECT ON public.usage_metrics TO anon, authenticated;

-- Deliberate (rls-not-forced): calliq_billing owns it, and authenticated is a member of calliq_billing.
ALTER TABLE public.usage_reservations OWNER TO calliq_billing;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.usage_reservations TO authenticated;
ALTER TABLE public.usage_reservations ENABLE ROW LEVEL SECURITY;
CREATE POLICY "members manage reservations" ON public.usage_reservations
    FOR ALL TO authenticated
    USING (org_id = (SELECT auth.org_id())) WITH CHECK (org_id = (SELECT auth.org_id()));

-- Deliberate (policy-without-rls): written, never enforced. No grant yet, so no rls-disabled.
CREATE POLICY "users read their notifications" ON public.notifications
    FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY "users mark their notifications" ON public.notifications
    FOR UPDATE TO authenticated
    USING (user_id = (SELECT auth.uid())) WITH CHECK (user_id = (SELECT auth.uid()));

-- Deliberate (uncovered-command): DELETE is granted, and no policy is for it.
GRANT SELECT, INSERT, DELETE ON public.referrals TO authenticated;
ALTER TABLE public.referrals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "referrers read their referrals" ON public.referrals
    FOR SELECT TO authenticated USING (referrer_id = (SELECT auth.uid()));
CREATE POLICY "referrers refer" ON public.referrals
    FOR INSERT TO authenticated WITH CHECK (referrer_id = (SELECT auth.uid()));

-- Deliberate (policy-always-true): whoever is signed in may rewrite anybody's figures.
GRANT SELECT, UPDATE ON public.referral_statistics TO authenticated;
ALTER TABLE public.referral_statistics ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "users read their statistics" ON public.referral_statistics
    FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY "users update statistics" ON public.referral_statistics
    FOR UPDATE TO authenticated USING (true) WITH CHECK (true);
