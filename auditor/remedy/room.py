"""Whether there is room for what a plan keeps and logs: where that is much, whoever runs it has to say so first.

No statement tells how much of a disk is free. So the first file stops, before it makes anything, until a setting of the
session names the plan: psql, runners and drivers can all set one.
"""

from collections.abc import Iterator, Sequence

from auditor import sql
from auditor.model import ROOM, Phase, Plan, Room, Step
from auditor.remedy import order
from auditor.remedy.quarantine import NO_LOCK
from auditor.remedy.script import block, digest, refuse, transaction, when, words
from auditor.remedy.toll import megabytes
from auditor.sql import Sql

MUCH = 1_000_000_000
"""Bytes of both together, from which on it is asked."""
SETTING = "auditor.room"

_TABLESPACE = """coalesce(nullif(pg_catalog.current_setting('default_tablespace'), ''), (SELECT t.spcname
    FROM pg_catalog.pg_database AS d JOIN pg_catalog.pg_tablespace AS t ON t.oid = d.dattablespace
    WHERE d.datname = pg_catalog.current_database()))"""


def asking_for_room(steps: Sequence[Step], plan_id: str) -> Iterator[Step]:
    """The step that stops the first file until somebody has seen that there is room; none where little is taken."""
    room = Plan(steps=tuple(steps)).room
    if room.quarantine + room.log >= MUCH:
        title = (
            f"room for {megabytes(room.quarantine)} in the quarantine and {megabytes(room.log)} in the write-ahead log"
        )
        named = {fingerprint for step in steps if step.room is not None for fingerprint in step.fingerprints}
        yield Step(
            id=f"{ROOM}{digest(plan_id, room.quarantine, room.log)}",
            phase=Phase.GUARD,
            order=(order.FIRST, title),
            title=title,
            parts=(transaction(title, block(_asked(room, plan_id))),),
            lock=NO_LOCK,
            fingerprints=tuple(sorted(named)),
        )


def _asked(room: Room, plan_id: str) -> Sql:
    confirmed = f"coalesce(pg_catalog.current_setting({sql.literal(SETTING)}, true), '') = {sql.literal(plan_id)}"
    refusal = refuse(
        "the quarantine takes up to % in the tablespace %, the write-ahead log up to %; nothing has been changed",
        words(megabytes(room.quarantine)),
        _TABLESPACE,
        words(megabytes(room.log)),
        hint="See how much is free on the server's disks, and wherever the log is archived or kept for a replica. Then"
        f" run this file again and confirm it: psql -c \"SET {SETTING} = '{plan_id}'\" -f FILE; with other programs:"
        f' PGOPTIONS="-c {SETTING}={plan_id}".',
    )
    return when(f"NOT ({confirmed})", refusal)
