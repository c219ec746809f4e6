ALTER TABLE public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id),
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);
ALTER TABLE public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id),
    ADD CONSTRAINT users_email_key UNIQUE (email);
ALTER TABLE public.calls ADD CONSTRAINT calls_pkey PRIMARY KEY (id);
ALTER TABLE public.transcripts ADD CONSTRAINT transcripts_pkey PRIMARY KEY (id);
ALTER TABLE public.usage_metrics ADD CONSTRAINT usage_metrics_pkey PRIMARY KEY (id);
ALTER TABLE public.usage_reservations ADD CONSTRAINT usage_reservations_pkey PRIMARY KEY (id);
ALTER TABLE public.notifications ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);
ALTER TABLE public.referrals ADD CONSTRAINT referrals_pkey PRIMARY KEY (id);
ALTER TABLE public.referral_statistics ADD CONSTRAINT referral_statistics_pkey PRIMARY KEY (user_id);

CREATE INDEX users_org_id_idx ON public.users (org_id);
CREATE INDEX calls_org_id_created_at_idx ON public.calls (org_id, created_at);
CREATE INDEX calls_user_id_idx ON public.calls (user_id);
CREATE INDEX transcripts_call_id_idx ON public.transcripts (call_id);
CREATE INDEX usage_metrics_org_id_idx ON public.usage_metrics (org_id);
CREATE INDEX usage_metrics_call_id_idx ON public.usage_metrics ((metadata ->> 'call_id'));
CREATE INDEX usage_reservations_org_id_status_idx ON public.usage_reservations (org_id, status);
CREATE INDEX notifications_user_id_idx ON public.notifications (user_id);
CREATE INDEX referrals_referrer_id_idx ON public.referrals (referrer_id);
-- Serves the reference all the same: what it leaves out refers to nothing.
CREATE INDEX referrals_referred_user_id_idx ON public.referrals (referred_user_id)
    WHERE referred_user_id IS NOT NULL;

ALTER TABLE public.users
    ADD CONSTRAINT users_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations (id);
ALTER TABLE public.calls
    ADD CONSTRAINT calls_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations (id),
    ADD CONSTRAINT calls_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id);
ALTER TABLE public.usage_metrics
    ADD CONSTRAINT usage_metrics_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations (id);
ALTER TABLE public.usage_reservations
    ADD CONSTRAINT usage_reservations_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations (id);
ALTER TABLE public.referral_statistics
    ADD CONSTRAINT referral_statistics_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id);
-- Deliberate (unindexed-foreign-key).
ALTER TABLE public.transcripts
    ADD CONSTRAINT transcripts_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES public.users (id);
-- Deliberate (unvalidated-foreign-key): some referrers are gone.
ALTER TABLE public.referrals
    ADD CONSTRAINT referrals_referrer_id_fkey FOREIGN KEY (referrer_id) REFERENCES public.users (id) NOT VALID;
-- Deliberate (unvalidated-check): credit notes were written as negative quantities.
ALTER TABLE public.usage_metrics
    ADD CONSTRAINT usage_metrics_quantity_check CHECK (quantity >= 0) NOT VALID;

-- Deliberate (violated-foreign-key): a restore with triggers off brought back what belongs to a deleted organisation.
SET LOCAL session_replication_role = replica;
INSERT INTO public.usage_reservations (id, org_id, status, credits, expires_at, created_at)
SELECT
    pg_temp.id('reservation', n),
    pg_temp.id('purged-organization', 1),
    'expired',
    100 * (1 + n % 20),
    pg_temp.moment(n, pg_temp.calls()) + interval '30 days',
    pg_temp.moment(n, pg_temp.calls())
FROM generate_series(1, pg_temp.calls() / 2) AS n
WHERE n % 400 = 399;
SET LOCAL session_replication_role = origin;
