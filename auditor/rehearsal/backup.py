"""`plan --drop-backup`: the file that drops a plan's quarantine for good, once the plan is verified."""

from __future__ import annotations

from pathlib import Path

from auditor import sql
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.errors import AuditorError
from auditor.model import Phase, printable
from auditor.rehearsal.folder import PlanFolder
from auditor.remedy.guards import is_server_step
from auditor.remedy.quarantine import COUNTING

FILE = "95-drop-backup.sql"

# psql puts no variable into a block: the word goes by a setting.
_HEAD = """\\set ON_ERROR_STOP on
\\encoding UTF8
\\if :{?drop_for_good}
\\else
\\set drop_for_good no
\\endif
"""

_DROP = """-- the quarantine of this plan
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_min_messages = notice;
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = '';
SET LOCAL row_security = off;
SET LOCAL auditor.drop_for_good = :'drop_for_good';
DO $auditor$
DECLARE
kept record;
number bigint;
total bigint := 0;
tables text[] := '{{}}';
BEGIN
FOR kept IN SELECT c.oid::pg_catalog.regclass::text AS place, {counting}
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = {schema} AND c.relkind = 'r' AND pg_catalog.starts_with(c.relname, {prefix}) ORDER BY 1
LOOP
    EXECUTE 'LOCK TABLE ' || kept.place || ' IN ACCESS EXCLUSIVE MODE';
    EXECUTE kept.counting INTO number;
    RAISE NOTICE '% rows in %', number, kept.place;
    total := total + number;
    tables := tables || kept.place;
END LOOP;
IF pg_catalog.cardinality(tables) = 0 THEN
    RAISE NOTICE 'nothing is left of the quarantine of this plan';
ELSIF pg_catalog.current_setting('auditor.drop_for_good') <> 'yes' THEN
    RAISE EXCEPTION '% rows would go for good, and the plan could not be rolled back; nothing has been dropped', total
        USING HINT = 'To drop them, run this file with -v drop_for_good=yes.';
ELSE
    FOR kept IN SELECT place FROM pg_catalog.unnest(tables) AS place UNION ALL
        SELECT c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = {schema} AND c.relkind = 'r' AND pg_catalog.starts_with(c.relname, 'todo_' || {prefix})
    LOOP
        EXECUTE 'DROP TABLE ' || kept.place;
    END LOOP;
    RAISE NOTICE '% rows have been dropped for good', total;
END IF;
IF EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = {schema}
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.relnamespace = n.oid)) THEN
    DROP SCHEMA {quarantine};
END IF;
END
$auditor$;
COMMIT;
"""


def drop_backup(plan: PlanFolder) -> str:
    """The file: it verifies first, says how many rows it would drop, and drops them where it is told so."""
    database, run = plan.audit.database, plan.audit.run
    head = (
        f"{FILE}: drops what the plan set aside, for good; there is no rollback after it",
        f"plan {plan.audit.plan.id} for database {database.name} on {database.host}",
        f"audited {run.started_at}, run {run.id}, auditor {plan.audit.tool.version}",
        f"to see what would go: psql -X -v ON_ERROR_STOP=1 -f {FILE}",
        f"to drop it: psql -X -v ON_ERROR_STOP=1 -v drop_for_good=yes -f {FILE}",
    )
    verification = plan.steps(Phase.VERIFY) or tuple(filter(is_server_step, plan.steps(Phase.GUARD)))
    schema, prefix = sql.literal(QUARANTINE_SCHEMA), sql.literal(f"{plan.audit.plan.id}_")
    last = _DROP.format(schema=schema, quarantine=QUARANTINE_SCHEMA, prefix=prefix, counting=COUNTING)
    comments = "\n".join(f"-- {printable(line)}" for line in head)
    return "\n\n".join((comments, _HEAD, *(step.sql.rstrip("\n") for step in verification), last))


def write_drop_backup(plan: PlanFolder) -> Path:
    """Writes it into the plan folder."""
    return write_into(plan, FILE, drop_backup(plan))


def write_into(plan: PlanFolder, name: str, text: str) -> Path:
    """Writes a file into the plan folder, that beside the report.json where the plan comes from one."""
    folder = plan.path if plan.path is not None or plan.report is None else plan.report.parent / "plan"
    assert folder is not None
    file = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AuditorError(f"{file} cannot be written: {error.strerror}", "let it be writable") from None
    return file
