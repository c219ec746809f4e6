-- What somebody who knows PostgreSQL and this schema would write to count what the checks count, largest first.
-- One statement a block; the harness runs them on two connections.

SELECT count(*), count(*) FILTER (WHERE quantity < 0), count(event_key),
  count(metadata->>'call_id'), count(org_id)
FROM public.usage_metrics;

SELECT count(*) FROM public.usage_metrics m
WHERE m.metadata->>'call_id' IS NOT NULL
  AND NOT EXISTS (SELECT FROM public.calls c WHERE c.id::text = lower(m.metadata->>'call_id'));

SELECT count(*) FROM public.usage_metrics m
WHERE EXISTS (SELECT FROM public.calls c
  WHERE c.id::text = lower(m.metadata->>'call_id') AND isfinite(c.deleted_at));

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.usage_metrics GROUP BY event_key HAVING count(*) > 1) AS shared;

SELECT count(*) FROM public.usage_metrics m
WHERE NOT EXISTS (SELECT FROM public.organizations o WHERE o.id = m.org_id);

SELECT count(*), count(user_id), count(file_url), count(duration), count(org_id),
  count(*) FILTER (WHERE customer_email <> lower(btrim(customer_email))),
  count(*) FILTER (WHERE deleted_at IS NULL AND file_url IS NOT NULL)
FROM public.calls;

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.calls WHERE deleted_at IS NULL AND file_url IS NOT NULL
  GROUP BY file_url HAVING count(*) > 1) AS shared;

SELECT count(*) FROM public.calls c
WHERE c.user_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.users u WHERE u.id = c.user_id);

SELECT count(*) FROM public.calls c
WHERE NOT EXISTS (SELECT FROM public.organizations o WHERE o.id = c.org_id);

SELECT count(*), count(language), count(word_count), count(reviewed_by), count(call_id) FROM public.transcripts;

SELECT count(*) FROM public.transcripts t
WHERE NOT EXISTS (SELECT FROM public.calls c WHERE c.id = t.call_id);

SELECT count(*) FROM public.transcripts t
WHERE EXISTS (SELECT FROM public.calls c WHERE c.id = t.call_id AND isfinite(c.deleted_at));

SELECT count(*) FROM public.transcripts t
WHERE t.reviewed_by IS NOT NULL AND NOT EXISTS (SELECT FROM public.users u WHERE u.id = t.reviewed_by);

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.transcripts GROUP BY call_id HAVING count(*) > 1) AS shared;

SELECT count(*), count(*) FILTER (WHERE status = 'active'), count(org_id) FROM public.usage_reservations;

SELECT count(*) FROM public.usage_reservations r
WHERE NOT EXISTS (SELECT FROM public.organizations o WHERE o.id = r.org_id);

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.usage_reservations WHERE status = 'active'
  GROUP BY org_id HAVING count(*) > 1) AS shared;

SELECT count(*), count(user_id),
  count(*) FILTER (WHERE NOT EXISTS (SELECT FROM public.users u WHERE u.id = n.user_id))
FROM public.notifications n;

SELECT count(*), count(referred_user_id), count(referrer_id),
  count(*) FILTER (WHERE referred_email <> lower(btrim(referred_email)))
FROM public.referrals;

SELECT count(*) FILTER (WHERE r.referred_user_id IS NOT NULL AND joined.id IS NULL),
  count(*) FILTER (WHERE referrer.id IS NULL)
FROM public.referrals r
LEFT JOIN public.users joined ON joined.id = r.referred_user_id
LEFT JOIN public.users referrer ON referrer.id = r.referrer_id;

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.referrals GROUP BY lower(btrim(referred_email)) HAVING count(*) > 1) AS shared;

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.referrals WHERE referred_user_id IS NOT NULL
  GROUP BY referred_user_id HAVING count(*) > 1) AS shared;

SELECT count(*), count(*) FILTER (WHERE email <> lower(btrim(email))),
  count(*) FILTER (WHERE NOT EXISTS (SELECT FROM public.organizations o WHERE o.id = u.org_id))
FROM public.users u;

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.users GROUP BY lower(btrim(email)) HAVING count(*) > 1) AS shared;

SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM public.users u WHERE u.id = s.user_id))
FROM public.referral_statistics s;

SELECT sum(n), count(*) FROM (
  SELECT count(*) AS n FROM public.call_weekly_stats GROUP BY org_id, week HAVING count(*) > 1) AS shared;

SELECT count(*), count(timezone) FROM public.organizations;
