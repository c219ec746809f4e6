-- School budgets in a schema of their own: versions with a life cycle, soft delete everywhere.

CREATE SCHEMA efir_budget;
SET search_path = efir_budget;

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE
);
CREATE TABLE budget_versions (
    id uuid PRIMARY KEY,
    fiscal_year int NOT NULL,
    name text NOT NULL,
    status text NOT NULL CHECK (status IN ('working', 'submitted', 'approved', 'superseded')),
    created_by_id uuid NOT NULL REFERENCES users,
    parent_version_id uuid REFERENCES budget_versions,
    deleted_at timestamptz
);
CREATE TABLE levels (
    id int PRIMARY KEY,
    code text NOT NULL UNIQUE
);
CREATE TABLE enrollment_plans (
    id uuid PRIMARY KEY,
    budget_version_id uuid NOT NULL REFERENCES budget_versions,
    level_id int NOT NULL REFERENCES levels,
    student_count int NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX enrollment_plans_version ON enrollment_plans (budget_version_id);
CREATE TABLE class_structures (
    id uuid PRIMARY KEY,
    budget_version_id uuid NOT NULL REFERENCES budget_versions,
    level_id int NOT NULL,
    class_count int NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX class_structures_version ON class_structures (budget_version_id) WHERE deleted_at IS NULL;
CREATE TABLE teacher_allocations (
    id uuid PRIMARY KEY,
    budget_version_id uuid NOT NULL,
    fte numeric NOT NULL,
    deleted_at timestamptz
);
CREATE TABLE budget_consolidations (
    id uuid PRIMARY KEY,
    budget_version_id uuid NOT NULL REFERENCES budget_versions ON DELETE CASCADE,
    account_code text NOT NULL,
    amount numeric NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX budget_consolidations_version ON budget_consolidations (budget_version_id, account_code);

INSERT INTO users SELECT md5('user ' || n)::uuid, 'user' || n || '@school.org' FROM generate_series(1, 8) AS n;
-- Fiscal years 2001 to 2030, six versions each, the fourth one working. Deliberate: 2005 and 2017 have a second one
-- (duplicate-active, known from the configuration alone), 2009 has one that is deleted.
INSERT INTO budget_versions (id, fiscal_year, name, status, created_by_id, deleted_at)
SELECT md5('version ' || n)::uuid, 2001 + (n - 1) / 6, 'Budget ' || n,
    CASE WHEN n % 6 = 4 OR n IN (29, 101, 53) THEN 'working' ELSE (ARRAY['submitted', 'approved', 'superseded'])[1 + n % 3] END,
    md5('user ' || 1 + n % 8)::uuid, CASE WHEN n = 53 OR n % 45 = 0 THEN timestamptz '2026-04-01' END
FROM generate_series(1, 180) AS n;
INSERT INTO levels SELECT n, 'L' || n FROM generate_series(1, 15) AS n;
INSERT INTO enrollment_plans
SELECT md5('plan ' || n)::uuid, md5('version ' || 1 + n % 180)::uuid, 1 + n % 15, 20 + n % 200,
    CASE WHEN n % 30 = 0 THEN timestamptz '2026-04-02' END
FROM generate_series(1, 600) AS n;
-- deliberate (orphaned-reference): 5 classes of a level that was merged away
INSERT INTO class_structures
SELECT md5('class ' || n)::uuid, md5('version ' || 1 + n % 180)::uuid, CASE WHEN n % 90 = 9 THEN 99 ELSE 1 + n % 15 END,
    1 + n % 6, CASE WHEN n % 40 = 0 THEN timestamptz '2026-04-02' END
FROM generate_series(1, 450) AS n;
-- deliberate (orphaned-reference): 4 allocations of a version that was deleted for good
INSERT INTO teacher_allocations
SELECT md5('allocation ' || n)::uuid, CASE WHEN n % 100 = 60 THEN md5('gone')::uuid ELSE md5('version ' || 1 + n % 180)::uuid END,
    n % 9 * 0.25, CASE WHEN n % 35 = 0 THEN timestamptz '2026-04-02' END
FROM generate_series(1, 400) AS n;
INSERT INTO budget_consolidations
SELECT md5('line ' || n)::uuid, md5('version ' || 1 + n % 180)::uuid, to_char(60000 + n / 180 * 110, 'FM00000'), n * 10,
    CASE WHEN n % 50 = 0 THEN timestamptz '2026-04-02' END
FROM generate_series(1, 900) AS n;

CREATE MATERIALIZED VIEW mv_kpi_dashboard AS
SELECT v.id AS budget_version_id, v.fiscal_year, v.status, sum(e.student_count) AS students
FROM budget_versions v LEFT JOIN enrollment_plans e ON e.budget_version_id = v.id AND e.deleted_at IS NULL
WHERE v.deleted_at IS NULL GROUP BY v.id, v.fiscal_year, v.status;
CREATE UNIQUE INDEX mv_kpi_dashboard_version ON mv_kpi_dashboard (budget_version_id);
CREATE INDEX mv_kpi_dashboard_year ON mv_kpi_dashboard (fiscal_year, status);
CREATE MATERIALIZED VIEW mv_budget_consolidation AS
SELECT v.id AS budget_version_id, c.account_code, v.fiscal_year, v.status, sum(c.amount) AS amount
FROM budget_versions v JOIN budget_consolidations c ON c.budget_version_id = v.id AND c.deleted_at IS NULL
WHERE v.deleted_at IS NULL GROUP BY v.id, c.account_code, v.fiscal_year, v.status;
CREATE INDEX mv_budget_consolidation_account ON mv_budget_consolidation (budget_version_id, account_code);
CREATE FUNCTION refresh_all_materialized_views() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY efir_budget.mv_kpi_dashboard;
    REFRESH MATERIALIZED VIEW CONCURRENTLY efir_budget.mv_budget_consolidation;
END $$;
ANALYZE;
