-- Projects, tasks, transactions; three views, a log and a queue of their refreshes.

CREATE TABLE users (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    role text NOT NULL,
    last_login timestamptz
);
CREATE TABLE projects (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id int NOT NULL REFERENCES users,
    name text NOT NULL,
    budget numeric
);
CREATE TABLE tasks (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id int NOT NULL,
    parent_task_id int,
    assigned_to int,
    status text NOT NULL,
    completed_at timestamptz
);
CREATE INDEX tasks_project_id ON tasks (project_id);
CREATE TABLE transactions (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id int NOT NULL,
    amount numeric NOT NULL,
    category text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE user_sessions (
    id uuid PRIMARY KEY,
    user_id int NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE TABLE mv_refresh_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    view_name text NOT NULL,
    refreshed_at timestamptz NOT NULL,
    duration interval NOT NULL,
    row_count bigint NOT NULL
);
CREATE TABLE mv_refresh_queue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    view_name text NOT NULL,
    requested_at timestamptz NOT NULL
);

INSERT INTO users (email, role, last_login)
SELECT 'user' || n || '@x.org', (ARRAY['admin', 'member', 'viewer'])[1 + n % 3],
    CASE WHEN n % 5 <> 0 THEN timestamptz '2026-03-01' + n * interval '1 hour' END
FROM generate_series(1, 60) AS n;
INSERT INTO projects (user_id, name, budget)
SELECT 1 + n % 60, 'Project ' || n, CASE WHEN n % 3 <> 0 THEN n * 100 END FROM generate_series(1, 150) AS n;
-- deliberate (orphaned-reference): 9 tasks of projects that were deleted; 3 whose assignee has left
INSERT INTO tasks (project_id, parent_task_id, assigned_to, status, completed_at)
SELECT CASE WHEN n % 100 = 42 THEN 100000 + n ELSE 1 + n % 150 END, CASE WHEN n % 4 = 0 THEN n / 4 END,
    CASE WHEN n % 3 = 0 THEN NULL WHEN n % 200 = 1 THEN 500 + n ELSE 1 + n % 60 END,
    CASE WHEN n % 2 = 0 THEN 'done' ELSE 'open' END,
    CASE WHEN n % 2 = 0 THEN timestamptz '2026-03-01' + n * interval '1 hour' END
FROM generate_series(1, 900) AS n;
INSERT INTO transactions (user_id, amount, category, created_at)
SELECT 1 + n * 7 % 60, n % 500, (ARRAY['travel', 'food', 'rent'])[1 + n % 3], timestamptz '2026-03-01' + n * interval '3 hours'
FROM generate_series(1, 700) AS n;
INSERT INTO user_sessions
SELECT md5('session ' || n)::uuid, 1 + n * 11 % 60, timestamptz '2026-03-01' + n * interval '2 hours',
    CASE WHEN n % 9 <> 0 THEN timestamptz '2026-03-01' + (n + 1) * interval '2 hours' END
FROM generate_series(1, 500) AS n;
INSERT INTO mv_refresh_log (view_name, refreshed_at, duration, row_count)
SELECT (ARRAY['dashboard_summary_mv', 'user_stats_mv'])[1 + n % 2], timestamptz '2026-03-01' + n * interval '5 minutes',
    interval '0', 60
FROM generate_series(1, 200) AS n;
INSERT INTO mv_refresh_queue (view_name, requested_at)
SELECT 'dashboard_summary_mv', timestamptz '2026-03-01' + n * interval '1 minute' FROM generate_series(1, 200) AS n;

CREATE MATERIALIZED VIEW dashboard_summary_mv AS
SELECT u.id AS user_id, u.role, count(DISTINCT p.id) AS projects, count(t.id) AS tasks
FROM users u LEFT JOIN projects p ON p.user_id = u.id LEFT JOIN tasks t ON t.project_id = p.id
GROUP BY u.id, u.role;
CREATE UNIQUE INDEX dashboard_summary_mv_user_id ON dashboard_summary_mv (user_id);
CREATE MATERIALIZED VIEW user_stats_mv AS
SELECT u.id AS user_id, d.day, sum(t.amount) AS amount
FROM users u JOIN transactions t ON t.user_id = u.id
CROSS JOIN LATERAL (SELECT DISTINCT created_at::date AS day FROM transactions o WHERE o.user_id = u.id) AS d
GROUP BY u.id, d.day;
CREATE UNIQUE INDEX user_stats_mv_key ON user_stats_mv (user_id, day);
-- deliberate (view-not-concurrently-refreshable): refresh_views() refreshes it concurrently, and it has no unique index
CREATE MATERIALIZED VIEW system_analytics_mv AS
SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM projects) AS projects,
    (SELECT count(*) FROM tasks) AS tasks, (SELECT sum(amount) FROM transactions) AS volume;
CREATE FUNCTION refresh_views() RETURNS void LANGUAGE plpgsql AS $$
DECLARE started timestamptz := now();
BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY dashboard_summary_mv;
    REFRESH MATERIALIZED VIEW CONCURRENTLY user_stats_mv;
    REFRESH MATERIALIZED VIEW CONCURRENTLY system_analytics_mv;
    INSERT INTO mv_refresh_log (view_name, refreshed_at, duration, row_count)
    VALUES ('dashboard_summary_mv', now(), now() - started, (SELECT count(*) FROM dashboard_summary_mv));
END $$;
CREATE FUNCTION queue_refresh() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mv_refresh_queue (view_name, requested_at) VALUES ('dashboard_summary_mv', now());
    RETURN NULL;
END $$;
CREATE TRIGGER tasks_queue AFTER INSERT OR UPDATE OR DELETE ON tasks FOR EACH STATEMENT EXECUTE FUNCTION queue_refresh();
ANALYZE;
