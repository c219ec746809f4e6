"""Four clients write while the plan is applied and rolled back: what they wrote last is what is there in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event
from time import sleep
from uuid import UUID

import psycopg
import pytest

from auditor.remedy import batches
from tests.plans.calliq import begin, copy_of, finish, plan_of
from tests.servers import Database, Servers

CLIENTS = 4
GONE = ("gone",)

# The longest that a writer may wait: the plan's own lock_timeout of 2 s, and a second for one batch. No clock is read
# here: the server itself refuses a writer that waits for longer, and that error fails the test. A batch is of seven
# rows and takes milliseconds of its second, so that a machine may be a hundred times slower than it ought to be.
SETTINGS = "SET lock_timeout = '3s'; SET row_security = off"

# A transaction of somebody else keeps the plan waiting for longer than that: who waits behind the plan, for the table
# or for a row that it has locked by then, is let through in between. Where the plan comes late, nobody waits, and
# nothing fails.
SLOW = 4

# Not what others refer to: new orphans would stop the plan.
DELETE = """
DELETE FROM calls AS c WHERE id = %s AND NOT EXISTS (SELECT FROM transcripts WHERE call_id = c.id)
    AND NOT EXISTS (SELECT FROM usage_metrics WHERE metadata ->> 'call_id' = c.id::text)
"""

Row = tuple[object, ...]


@dataclass
class Client:
    """One writer: its own rows of calls, and what it has committed to each."""

    number: int
    dsn: str
    rows: Sequence[UUID]
    wrote: dict[UUID, Row] = field(default_factory=dict)

    def write(self, until: Event) -> None:
        """One statement after the other; what constraints refuse, or a deadlock ends, is not written."""
        chance = Random(self.number)
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(SETTINGS)
            for turn in range(100_000):
                if until.wait(0.01):
                    return
                try:
                    self._one(connection, chance, turn)
                except (psycopg.IntegrityError, psycopg.errors.DeadlockDetected):
                    continue

    def _one(self, connection: psycopg.Connection, chance: Random, turn: int) -> None:
        row, kind = chance.choice(self.rows), chance.random()
        if kind < 0.1:
            done = connection.execute(DELETE, [row])
            values: Row = GONE
        elif kind < 0.2:
            values = (turn, f"new{turn}@x.org")
            new = "INSERT INTO calls (id, org_id, user_id, duration, customer_email, file_url) "
            like = "SELECT %s, org_id, user_id, %s, %s, 'https://x' FROM calls WHERE user_id IS NOT NULL LIMIT 1"
            row = UUID(int=(self.number + 1) * 1_000_000 + turn)
            done = connection.execute(new + like, [row, *values])
        else:
            values = (turn, f"w{turn}@x.org")
            done = connection.execute(
                "UPDATE calls SET duration = %s, customer_email = %s WHERE id = %s", [*values, row]
            )
        if done.rowcount:
            self.wrote[row] = values


@contextmanager
def writing(clients: Sequence[Client]) -> Iterator[None]:
    until = Event()
    with ThreadPoolExecutor(len(clients)) as pool:
        running = [pool.submit(client.write, until) for client in clients]
        try:
            yield
        finally:
            until.set()
        for each in running:
            each.result()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 15)
    monkeypatch.setattr(batches, "BATCH", 7)


@contextmanager
def waiting(database: Database, row: UUID) -> Iterator[None]:
    """Begins with a transaction that holds this row, and with it the table's definition, for so many seconds."""
    holds = Event()

    def hold() -> None:
        with psycopg.connect(database.dsn) as connection:
            connection.execute("SELECT FROM calls WHERE id = %s FOR UPDATE", [row])
            holds.set()
            sleep(SLOW)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        holds.wait()
        yield
        held.result()


@pytest.mark.usefixtures("small_batches")
def test_no_write_is_lost_and_none_waits_for_long(servers: Servers, tmp_path: Path) -> None:
    with copy_of(servers.calliq(18)) as database:
        plan = plan_of(database, tmp_path)
        before = calls(database)
        slow, *_ = sorted(row for row, (duration, _) in before.items() if duration is None)
        free = {row: values for row, values in before.items() if row != slow}
        clients = [Client(n, database.dsn, rows_of(n, free)) for n in range(CLIENTS)]
        with writing(clients):
            for file in plan.forward:
                with waiting(database, slow) if file.name[0] in "24" else nullcontext():
                    finish(database, [file])
            with waiting(database, slow):
                rollback = begin(database, plan.rollback)
                _, said = rollback.communicate()
        after = calls(database)

    wrote = {row: values for client in clients for row, values in client.wrote.items()}
    assert len(wrote) > 100
    assert {row: after.get(row, GONE) for row in wrote} == wrote
    assert {row: after.get(row) for row in before.keys() - wrote.keys()} == {
        row: values for row, values in before.items() if row not in wrote
    }
    # What was assigned and written to afterwards is a conflict: said, and left to the reader.
    assert rollback.returncode == 3, said
    assert b"stay in auditor_quarantine" in said


def rows_of(client: int, rows: dict[UUID, Row]) -> list[UUID]:
    """A fourth of those that the plan is about, and as many others."""
    concerned = sorted(
        row for row, values in rows.items() if None in values or str(values[1]) != str(values[1]).lower()
    )
    others = sorted(rows.keys() - {*concerned})[: len(concerned)]
    return [*concerned[client::CLIENTS], *others[client::CLIENTS]]


def calls(database: Database) -> dict[UUID, Row]:
    with database.connect() as connection:
        found = connection.execute("SELECT id, duration, customer_email FROM calls").fetchall()
    return {row: (duration, email) for row, duration, email in found}
