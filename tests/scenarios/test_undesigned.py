"""Databases that nobody designed for us: the plan applied twice, interrupted, rolled back, applied again."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.model import Severity
from tests.scenarios.circle import full_circle
from tests.servers import Database

# No foreign key is declared: each orphan that is set aside is referred to by rows of the next table.
CHAIN = """
CREATE TABLE artists (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE albums (id int PRIMARY KEY, artist_id int NOT NULL, title text NOT NULL);
CREATE TABLE tracks (id int PRIMARY KEY, album_id int NOT NULL, title text NOT NULL);
CREATE TABLE plays (id int PRIMARY KEY, track_id int NOT NULL, at timestamptz NOT NULL DEFAULT '2026-01-01');
CREATE TABLE likes (id int PRIMARY KEY, track_id int, note jsonb);
INSERT INTO artists SELECT n, 'artist ' || n FROM generate_series(1, 100) AS n;
INSERT INTO albums SELECT n, n % 105 + 1, 'album ' || n FROM generate_series(1, 500) AS n;
INSERT INTO tracks SELECT n, n % 500 + 1, 'track ' || n FROM generate_series(1, 2000) AS n;
INSERT INTO plays (id, track_id) SELECT n, n % 2010 + 1 FROM generate_series(1, 4000) AS n;
INSERT INTO likes SELECT n, nullif(n % 2000, 0), jsonb_build_object('track_id', n % 2000 + 1)
    FROM generate_series(1, 3000) AS n;
ANALYZE;
"""


def test_what_refers_to_orphans_by_inference_alone_goes_along_or_lets_go(database: Database, tmp_path: Path) -> None:
    with database.connect() as connection:
        connection.execute(CHAIN)

    circle = full_circle(database, tmp_path)

    assert "set aside rows of public.albums: rows that refer to them go with them" in " ".join(
        note.text for note in circle.audit.plan.notes
    )


# A circle of departments and employees, managers, tenants' composite keys, MATCH FULL, SET NULL of one column, a
# table without a key, generated columns, json: dirt in each.
CYCLES = """
CREATE SCHEMA org;
CREATE TABLE org.departments (id int PRIMARY KEY, name text NOT NULL, head_id int);
CREATE TABLE org.employees (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, department_id int NOT NULL, manager_id int, email text,
    full_name text, shout text GENERATED ALWAYS AS (upper(full_name)) STORED
);
ALTER TABLE org.departments ADD CONSTRAINT head FOREIGN KEY (head_id) REFERENCES org.employees (id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE org.tenants (id int PRIMARY KEY);
CREATE TABLE org.projects (tenant_id int REFERENCES org.tenants, id int, name text, PRIMARY KEY (tenant_id, id));
CREATE TABLE org.tasks (
    tenant_id int, project_id int, id int, assignee_id int, title text, PRIMARY KEY (tenant_id, id)
);
CREATE TABLE org.task_links (a_tenant int, a_task int, b_tenant int, b_task int, kind text);
CREATE TABLE org.notes (id bigserial PRIMARY KEY, tenant_id int, project_id int, body json);
INSERT INTO org.departments SELECT n, 'd' || n, NULL FROM generate_series(1, 20) AS n;
INSERT INTO org.employees (department_id, manager_id, email, full_name)
    SELECT n % 21 + 1, CASE WHEN n > 5 THEN n / 5 END,
        CASE WHEN n % 50 = 0 THEN 'USER' || n || '@X.org ' ELSE 'user' || n || '@x.org' END, 'n' || n
    FROM generate_series(1, 400) AS n;
INSERT INTO org.employees (department_id, manager_id, email, full_name) VALUES
    (1, 9999, 'user7@x.org', 'dup'), (2, 8888, 'User8@x.org', 'dup2');
UPDATE org.departments SET head_id = id * 20;
INSERT INTO org.tenants SELECT generate_series(1, 30);
INSERT INTO org.projects SELECT t, p, 'p' FROM generate_series(1, 30) AS t, generate_series(1, 10) AS p;
INSERT INTO org.tasks SELECT n % 30 + 1, CASE WHEN n % 7 > 0 THEN n % 11 + 1 END, n, n % 410 + 1, 't'
    FROM generate_series(1, 3000) AS n;
ALTER TABLE org.tasks ADD CONSTRAINT in_project FOREIGN KEY (tenant_id, project_id)
    REFERENCES org.projects (tenant_id, id) ON DELETE SET NULL (project_id) NOT VALID;
INSERT INTO org.task_links SELECT n % 30 + 1, n, CASE WHEN n % 9 > 0 THEN n % 30 + 1 END, n, 'x'
    FROM generate_series(1, 200) AS n;
ALTER TABLE org.task_links ADD CONSTRAINT a FOREIGN KEY (a_tenant, a_task)
    REFERENCES org.tasks (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE org.task_links ADD CONSTRAINT b FOREIGN KEY (b_tenant, b_task)
    REFERENCES org.tasks (tenant_id, id) MATCH FULL NOT VALID;
INSERT INTO org.notes (tenant_id, project_id, body)
    SELECT n % 30 + 1, n % 12 + 1, '{"a":  1}' FROM generate_series(1, 500) AS n;
ALTER TABLE org.notes ADD CONSTRAINT whole FOREIGN KEY (tenant_id, project_id)
    REFERENCES org.projects MATCH FULL ON DELETE SET NULL NOT VALID;
ANALYZE;
"""


@pytest.mark.parametrize(("file", "outside"), [("partitions", ()), ("zoo", ("audit_log.entries",))])
def test_what_a_database_can_hold(database: Database, tmp_path: Path, file: str, outside: tuple[str, ...]) -> None:
    loaded = database.psql(Path(__file__).with_name(f"{file}.sql"))
    assert loaded.returncode == 0, loaded.stderr

    circle = full_circle(database, tmp_path, outside)

    assert circle.audit.plan.steps


def test_circles_and_composite_keys(database: Database, tmp_path: Path) -> None:
    with database.connect() as connection:
        connection.execute(CYCLES)

    circle = full_circle(database, tmp_path)

    mended = {fingerprint for step in circle.audit.plan.steps for fingerprint in step.fingerprints}
    blockers = {each.fingerprint for each in circle.audit.findings if each.severity is Severity.BLOCKER}
    assert len(blockers) > 5
    assert blockers <= mended
