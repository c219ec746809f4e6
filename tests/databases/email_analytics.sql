-- Campaign dashboards: two tables of events, two views refreshed concurrently by one function.

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    billing_email text NOT NULL
);
CREATE TABLE email_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    campaign_name text,
    event_ts timestamptz NOT NULL,
    event_type text NOT NULL,
    contact_email text NOT NULL,
    message_id text NOT NULL
);
CREATE INDEX email_events_workspace_id ON email_events (workspace_id);
CREATE TABLE llm_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    cost numeric NOT NULL,
    tokens_in int NOT NULL,
    tokens_out int,
    used_at timestamptz NOT NULL
);

INSERT INTO workspaces
SELECT md5('workspace ' || n)::uuid, 'Workspace ' || n, CASE WHEN n = 3 THEN 'Ops3@x.org' ELSE 'ops' || n || '@x.org' END
FROM generate_series(1, 12) AS n;

-- Campaigns without a name are deliberate (one in 25: the views group by it), and so are events of a workspace that
-- was closed (orphaned-reference, 6) and addresses in capitals (email-not-lowercase, 8).
INSERT INTO email_events (workspace_id, campaign_name, event_ts, event_type, contact_email, message_id)
SELECT CASE WHEN n % 200 = 7 THEN md5('closed')::uuid ELSE md5('workspace ' || 1 + n % 12)::uuid END,
    CASE WHEN n % 25 <> 0 THEN 'Campaign ' || n % 9 END, timestamptz '2026-02-01' + n * interval '11 minutes',
    (ARRAY['sent', 'opened', 'clicked', 'bounced'])[1 + n % 4],
    CASE WHEN n % 150 = 1 THEN 'Contact' ELSE 'contact' END || n % 70 || '@y.org', '<' || n / 4 || '@mail.x.org>'
FROM generate_series(1, 1200) AS n;
-- deliberate (null-in-intended-not-null): 5 calls whose answer was not counted
INSERT INTO llm_usage (workspace_id, provider, model, cost, tokens_in, tokens_out, used_at)
SELECT md5('workspace ' || 1 + n % 12)::uuid, (ARRAY['openai', 'anthropic'])[1 + n % 2],
    (ARRAY['small', 'large'])[1 + n % 2], n % 17 * 0.01, n % 900, CASE WHEN n % 200 <> 9 THEN n % 300 END,
    timestamptz '2026-02-01' + n * interval '17 minutes'
FROM generate_series(1, 1000) AS n;

ALTER TABLE email_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own workspace" ON email_events FOR SELECT TO authenticated
    USING (workspace_id = nullif(current_setting('request.workspace', true), '')::uuid);
ALTER TABLE llm_usage ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own workspace" ON llm_usage TO authenticated
    USING (workspace_id = nullif(current_setting('request.workspace', true), '')::uuid);
GRANT SELECT ON email_events, llm_usage TO authenticated;

CREATE MATERIALIZED VIEW mv_daily_stats AS
SELECT workspace_id, campaign_name, (event_ts AT TIME ZONE 'UTC')::date AS day, count(*) AS events,
    count(*) FILTER (WHERE event_type = 'opened') AS opened
FROM email_events GROUP BY workspace_id, campaign_name, (event_ts AT TIME ZONE 'UTC')::date;
CREATE UNIQUE INDEX mv_daily_stats_key ON mv_daily_stats (workspace_id, campaign_name, day);
-- deliberate (view-not-populated): the migration that made it was never followed by a first refresh
CREATE MATERIALIZED VIEW mv_llm_cost AS
SELECT workspace_id, provider, model, (used_at AT TIME ZONE 'UTC')::date AS day, sum(cost) AS cost
FROM llm_usage GROUP BY workspace_id, provider, model, (used_at AT TIME ZONE 'UTC')::date WITH NO DATA;
CREATE UNIQUE INDEX mv_llm_cost_key ON mv_llm_cost (workspace_id, provider, model, day);
GRANT SELECT ON mv_daily_stats, mv_llm_cost TO authenticated;
CREATE FUNCTION refresh_analytics_views() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY mv_daily_stats;
    REFRESH MATERIALIZED VIEW CONCURRENTLY mv_llm_cost;
END $$;
ANALYZE;
