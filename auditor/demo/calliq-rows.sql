-- Rows computed from their number alone, so that every load is equal; `calliq.calls` says how many calls.
-- The remainders choose the defective rows; calliq.expected.toml counts them for 10,000 calls.

CREATE FUNCTION pg_temp.calls() RETURNS bigint LANGUAGE sql STABLE
RETURN current_setting('calliq.calls')::bigint;

CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN md5('calliq:' || kind || ':' || n::text)::uuid;

CREATE FUNCTION pg_temp.moment(n bigint, of bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN timestamptz '2026-01-01 00:00:00+00' + interval '25000000 seconds' * (n::float8 / of);

-- Call n was made by this user; a user belongs to organisation 1 + (u - 1) % organisations.
CREATE FUNCTION pg_temp.caller(n bigint) RETURNS bigint LANGUAGE sql STABLE
RETURN 1 + n * 7919 % (pg_temp.calls() / 20);

CREATE FUNCTION pg_temp.organization_of(u bigint) RETURNS uuid LANGUAGE sql STABLE
RETURN pg_temp.id('organization', 1 + (u - 1) % (pg_temp.calls() / 100));

INSERT INTO public.organizations (id, name, slug, plan, timezone, created_at)
SELECT
    pg_temp.id('organization', o),
    'Organisation ' || o,
    'organisation-' || o,
    (ARRAY['free', 'team', 'business'])[1 + o % 3],
    (ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])[1 + o % 3],
    pg_temp.moment(o, pg_temp.calls())
FROM generate_series(1, pg_temp.calls() / 100) AS o;

INSERT INTO public.users (id, org_id, email, full_name, role, created_at)
SELECT
    pg_temp.id('user', u),
    pg_temp.organization_of(u),
    'user' || u || '@team.example',
    (ARRAY['Ada', 'Ben', 'Chloe', 'Dev', 'Ema', 'Finn'])[1 + u % 6] || ' '
    || (ARRAY['Ito', 'Jones', 'Kaya', 'Lopez', 'Meyer', 'Novak', 'Okoro'])[1 + u / 6 % 7],
    CASE WHEN u % 25 = 1 THEN 'manager' ELSE 'agent' END,
    pg_temp.moment(u, pg_temp.calls())
FROM generate_series(1, pg_temp.calls() / 20) AS u;

INSERT INTO public.calls
(id, org_id, user_id, customer_email, file_url, duration, metadata, deleted_at, created_at)
SELECT
    pg_temp.id('call', n),
    pg_temp.organization_of(pg_temp.caller(n)),
    CASE WHEN n % 400 <> 5 THEN pg_temp.id('user', pg_temp.caller(n)) END,
    CASE
        WHEN n % 200 = 17 THEN 'Customer' || n % (pg_temp.calls() / 5 - 1) || '@Mail.Example'
        WHEN n % 1000 = 18 THEN 'customer' || n % (pg_temp.calls() / 5 - 1) || '@mail.example '
        ELSE 'customer' || n % (pg_temp.calls() / 5 - 1) || '@mail.example'
    END,
    CASE WHEN n % 125 <> 9 THEN 'https://media.example/calls/' || n || '.mp3' END,
    CASE WHEN n % 40 <> 3 THEN 30 + n * 31 % 1770 END,
    jsonb_build_object(
        'provider', (ARRAY['twilio', 'aircall', 'zoom'])[1 + n % 3],
        'direction', (ARRAY['inbound', 'outbound'])[1 + n % 2]
    ),
    CASE WHEN n % 20 = 19 THEN pg_temp.moment(n, pg_temp.calls()) + interval '3 days' END,
    pg_temp.moment(n, pg_temp.calls())
FROM generate_series(1, pg_temp.calls()) AS n;

-- One transcript for each call but every twentieth; some calls were purged since.
INSERT INTO public.transcripts (id, call_id, reviewed_by, language, word_count, content, created_at)
SELECT
    pg_temp.id('transcript', n),
    pg_temp.id(CASE WHEN n % 250 = 9 THEN 'purged-call' ELSE 'call' END, n),
    CASE WHEN n % 10 IN (1, 4, 7) THEN pg_temp.id('user', 1 + n * 11 % (pg_temp.calls() / 20)) END,
    (ARRAY['en', 'de', 'fr'])[1 + n % 3],
    80 + n * 37 % 900,
    (ARRAY['Good morning', 'Hello', 'Good afternoon'])[1 + n % 3] || ', this is about order '
    || n % 400 || '. The customer asks for a date of delivery, and the agent promises to call back.',
    pg_temp.moment(n, pg_temp.calls()) + interval '10 minutes'
FROM generate_series(1, pg_temp.calls()) AS n
WHERE n % 20 <> 0;

-- Event s is one of two of call (s + 1) / 2, or, every tenth, a nightly one without a call. Delivery d is
-- event d; but now and then the webhook delivered an event again (4 and 5 of 2,000; once 4, 5 and 6).
INSERT INTO public.usage_metrics (org_id, event_key, metric, quantity, metadata, recorded_at)
SELECT
    pg_temp.organization_of(pg_temp.caller((s + 1) / 2)),
    'evt_' || md5('calliq:event:' || s),
    CASE WHEN s % 10 = 0 THEN 'storage_mb' WHEN s % 2 = 1 THEN 'minutes' ELSE 'llm_tokens' END,
    CASE WHEN s % 1111 = 7 THEN -1 ELSE 1 END * (1 + s * 53 % 5000),
    CASE
        WHEN s % 10 = 0 THEN '{"source": "nightly"}'
        ELSE jsonb_build_object(
            'source', CASE WHEN s % 2 = 1 THEN 'telephony' ELSE 'summary' END,
            'call_id', CASE
                WHEN s % 400 = 101 THEN pg_temp.id('purged-call', (s + 1) / 2)::text
                WHEN s % 20000 = 203 THEN 'unknown'
                WHEN s % 20000 = 10203 THEN 'test-call'
                -- A telephone's application writes capitals: the same uuid, no defect.
                WHEN s % 5000 = 307 THEN upper(pg_temp.id('call', (s + 1) / 2)::text)
                ELSE pg_temp.id('call', (s + 1) / 2)::text
            END
        )
    END,
    pg_temp.moment(d, 2 * pg_temp.calls()) + interval '15 minutes'
FROM generate_series(1, 2 * pg_temp.calls()) AS d
CROSS JOIN LATERAL (
    SELECT CASE WHEN d % 2000 = 5 THEN d - 1 WHEN d % 20000 = 6 THEN d - 2 ELSE d END AS s
) AS event
ORDER BY d;

-- Fifty for each organisation, the newest active; of nine organisations in ten. Without the rows of an
-- organisation that is gone: those come in calliq-constraints.sql.
INSERT INTO public.usage_reservations (id, org_id, status, credits, expires_at, created_at)
SELECT
    pg_temp.id('reservation', n),
    pg_temp.id('organization', o),
    CASE
        WHEN turn = 49 AND o % 10 <> 0 THEN 'active'
        WHEN turn = 48 AND o % 12 = 5 THEN 'active'
        WHEN turn = 47 AND o % 100 = 41 THEN 'active'
        ELSE (ARRAY['consumed', 'released', 'expired'])[1 + n % 3]
    END,
    100 * (1 + n % 20),
    pg_temp.moment(turn, 50) + interval '30 days',
    pg_temp.moment(turn, 50)
FROM generate_series(1, pg_temp.calls() / 2) AS n
CROSS JOIN LATERAL (
    SELECT 1 + (n - 1) % (pg_temp.calls() / 100) AS o, (n - 1) / (pg_temp.calls() / 100) AS turn
) AS place
WHERE n % 400 <> 399;

INSERT INTO public.notifications (id, user_id, kind, body, read_at, created_at)
SELECT
    pg_temp.id('notification', n),
    pg_temp.id('user', 1 + n * 7 % (pg_temp.calls() / 20)),
    (ARRAY['call_scored', 'usage_warning', 'referral_joined'])[1 + n % 3],
    (ARRAY['A call has been scored', 'Four fifths of the plan are used', 'A friend has joined'])[1 + n % 3],
    CASE WHEN n % 5 < 3 THEN pg_temp.moment(n, pg_temp.calls()) + interval '1 day' END,
    pg_temp.moment(n, pg_temp.calls())
FROM generate_series(1, pg_temp.calls() * 2 / 5) AS n;

-- Three friends in ten joined, each once. Referrals 50 and 51 of a hundred are the same friend (once 52, too).
INSERT INTO public.referrals (id, referrer_id, referred_email, referred_user_id, status, created_at)
SELECT
    pg_temp.id('referral', n),
    CASE
        WHEN n % 70 = 13 THEN pg_temp.id('purged-user', n)
        ELSE pg_temp.id('user', 1 + n * 17 % (pg_temp.calls() * 3 / 100))
    END,
    CASE
        WHEN n % 100 = 51 THEN 'Friend' || n - 1 || '@Mail.Example'
        WHEN n % 1000 = 52 THEN ' friend' || n - 2 || '@mail.example'
        WHEN n % 250 = 99 THEN 'FRIEND' || n || '@mail.example'
        ELSE 'friend' || n || '@mail.example'
    END,
    CASE WHEN n % 10 IN (0, 3, 6) THEN pg_temp.id('user', n / 10 * 3 + n % 10 / 3) END,
    CASE WHEN n % 10 IN (0, 3, 6) THEN 'joined' WHEN n % 2 = 0 THEN 'pending' ELSE 'expired' END,
    pg_temp.moment(n, pg_temp.calls() / 10)
FROM generate_series(1, pg_temp.calls() / 10) AS n;

INSERT INTO public.referral_statistics (user_id, referrals_sent, referrals_joined, updated_at)
SELECT r.referrer_id, count(*), count(*) FILTER (WHERE r.status = 'joined'), max(r.created_at)
FROM public.referrals AS r
WHERE EXISTS (SELECT FROM public.users AS u WHERE u.id = r.referrer_id)
GROUP BY r.referrer_id
ORDER BY r.referrer_id;
