-- Deliberate (view-not-concurrently-refreshable): the function below must fail without a unique index.
CREATE MATERIALIZED VIEW public.call_weekly_stats AS
SELECT
    org_id, date_trunc('week', created_at, 'UTC') AS week, count(*) AS calls, sum(duration) AS seconds
FROM public.calls
WHERE deleted_at IS NULL
GROUP BY org_id, week;

-- Deliberate (view-not-populated): nobody has refreshed it yet.
CREATE MATERIALIZED VIEW public.organization_usage AS
SELECT org_id, metric, sum(quantity) AS quantity
FROM public.usage_metrics
GROUP BY org_id, metric
WITH NO DATA;
CREATE UNIQUE INDEX organization_usage_org_id_metric_key ON public.organization_usage (org_id, metric);

CREATE FUNCTION public.refresh_dashboards() RETURNS void LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY public.call_weekly_stats;
END
$$;
REVOKE EXECUTE ON FUNCTION public.refresh_dashboards() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.refresh_dashboards() TO service_role;
