"""Who makes a step wait: transactions that have been open for long, prepared ones included."""

from functools import cache

from auditor.remedy.script import block
from auditor.sql import Sql

_LONG = "1 minute"
_WAITS = "whoever needs its locks waits for it, and so does every concurrent build"

_OPEN = """SELECT pg_catalog.format('the transaction of pid %s (%s, %s)', a.pid,
        coalesce(nullif(a.application_name, ''), 'unnamed'), a.state) AS called,
    a.xact_start AS since, pg_catalog.format('SELECT pg_terminate_backend(%s);', a.pid) AS ends
FROM pg_catalog.pg_stat_activity AS a WHERE a.datname = pg_catalog.current_database()
    AND a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
UNION ALL
SELECT pg_catalog.format('the prepared transaction %L of %s', p.gid, p.owner), p.prepared,
    pg_catalog.format('COMMIT PREPARED %L; or ROLLBACK PREPARED %L;', p.gid, p.gid)
FROM pg_catalog.pg_prepared_xacts AS p WHERE p.database = pg_catalog.current_database()"""


def unhindered() -> Sql:
    """Names the transactions that have been open for long in this database: a warning, as they may end in time."""
    return _open_longer_than(_LONG)


@cache
def _open_longer_than(interval: str) -> Sql:
    """One text for the steps of all findings."""
    body = f"""FOR held IN SELECT * FROM ({_OPEN}) AS found
WHERE found.since < pg_catalog.clock_timestamp() - interval '{interval}' ORDER BY found.since LOOP
    RAISE WARNING '% has been open for %: {_WAITS}', held.called,
        (pg_catalog.clock_timestamp() - held.since)::interval(0)
        USING HINT = 'Wait until it has ended, or end it: ' || held.ends;
END LOOP;"""  # noqa: S608
    return block(body, "held record;")
