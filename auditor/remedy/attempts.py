"""Waiting for locks: not long, some times over, with pauses in which nothing is held; at last, who is in the way."""

from collections.abc import Iterable

from auditor.catalog import Table
from auditor.remedy.script import block, oid_of, refuse
from auditor.sql import Sql

_MOST = 5
_PAUSE = "1"


def patient(body: str, *places: tuple[str, str], declare: str = "") -> Sql:
    """A block that changes the definition of these tables; or tries to, some times over."""
    return block(_attempts((body,), places, ""), declare)


def attempts(statements: Iterable[str], tables: Iterable[Table], between: str = "") -> Sql:
    """The statements for a block: all over again where a lock on the tables, or on a row, does not come in time.

    `between` are statements that run before each pause; what was done until then is undone already.
    """
    return _attempts(statements, [(each.schema, each.name) for each in tables], between)


def _attempts(statements: Iterable[str], places: Iterable[tuple[str, str]], between: str) -> Sql:
    refusal = refuse(
        "no lock in % attempts; this part of the step has changed nothing. In the way: %",
        str(_MOST),
        f"({_holders(places)})",
        hint="Wait for these transactions to end, or end them; then run this file again.",
    )
    return Sql(
        "\n".join(
            (
                f"FOR attempt IN 1..{_MOST} LOOP",
                "BEGIN",
                *statements,
                "EXIT;",
                "EXCEPTION WHEN lock_not_available OR deadlock_detected THEN",
                f"IF attempt = {_MOST} THEN",
                refusal,
                "END IF;",
                "WHEN insufficient_privilege THEN",
                _not_allowed(),
                "END;",
                *([between] if between else []),
                f"PERFORM pg_catalog.pg_sleep({_PAUSE});",
                "END LOOP;",
            )
        )
    )


def _not_allowed() -> Sql:
    """The server's own words, and what to do: it says as much where row security would hide rows."""
    return refuse(
        "%; this part of the step has changed nothing",
        "SQLERRM",
        hint="Run it as a superuser, or as the owner of the tables, with BYPASSRLS where row security is forced.",
    )


def _holders(places: Iterable[tuple[str, str]]) -> str:
    """Who holds locks on the tables or their partitions, the oldest transactions first, in words; those that are
    prepared belong to no process."""
    oids = ", ".join(dict.fromkeys(str(oid_of(*place)) for place in places))
    return f"""SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('%s (%s, transaction open for %s)', held.called,
    held.state, coalesce((pg_catalog.clock_timestamp() - held.since)::interval(0)::text, 'an unknown time')), '; '),
    'nobody any more')
FROM (SELECT DISTINCT coalesce('pid ' || l.pid, pg_catalog.format('prepared transaction %L', p.gid)) AS called,
        CASE WHEN l.pid IS NULL THEN p.owner::text ELSE coalesce(nullif(a.application_name, ''), 'unnamed') || ', '
            || coalesce(a.state, 'state hidden') END AS state, coalesce(a.xact_start, p.prepared) AS since
    FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
    LEFT JOIN pg_catalog.pg_locks AS x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
        AND x.virtualtransaction = l.virtualtransaction
    LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
    WHERE l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
    AND l.relation IN (SELECT root FROM pg_catalog.unnest(ARRAY[{oids}]) AS root
        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[{oids}]) AS root, pg_catalog.pg_partition_tree(root) AS p)
    ORDER BY since LIMIT 3) AS held"""  # noqa: S608
