"""Partitions that outsiders read past the policies of their table."""

from collections.abc import Iterator

from auditor.catalog import Partition, Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import partitions_query
from auditor.knowledge.exposure import Exposure, Granted, exposure_of, is_bound, matrix
from auditor.knowledge.wording import counted, listed
from auditor.model import Severity
from auditor.probe import Judgement, Verdict, subject_of
from auditor.remedy import Operation, Remedy, enable_row_security, force_row_security, revoke


@check(
    severity=Severity.BLOCKER,
    examples=[
        Example(
            given="""
                CREATE TABLE events (id int, day int, owner_id int, PRIMARY KEY (id, day)) PARTITION BY LIST (day);
                CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
                CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2) PARTITION BY HASH (id);
                CREATE TABLE events_2_0 PARTITION OF events_2 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                CREATE TABLE events_3 PARTITION OF events FOR VALUES IN (3);
                CREATE TABLE events_4 PARTITION OF events FOR VALUES IN (4);
                INSERT INTO events VALUES (1, 1, 7), (2, 2, 7), (3, 3, 7), (4, 4, 7);
                ALTER TABLE events ENABLE ROW LEVEL SECURITY;
                ALTER TABLE events_3 ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "own events" ON events FOR SELECT TO authenticated
                    USING (owner_id = current_setting('app.user', true)::int);
                GRANT SELECT ON events, events_1, events_2, events_2_0, events_3 TO authenticated;
                GRANT INSERT ON events_2_0 TO anon;
            """,
            finds=["events"],
            variants=("plain", "quoted", "schema"),
            because="the table is partitioned as it is",
        )
    ],
)
def partition_bypasses_rls(facts: Facts) -> Iterator[Verdict]:
    """Partitions that outsiders may name, and that have no row security of their own.

    Why it matters:
        The policies of a partitioned table hold for queries that name the table. A query that names a partition
        is bound by the partition's own row security and privileges alone, and neither comes from the table
        above: without them each command that is granted there is granted for every row. Default privileges
        (`ALTER DEFAULT PRIVILEGES … GRANT … TO anon`) grant each new partition without anybody's doing.
    False positives:
        A partition that everybody may read. Row security costs nothing there: queries that name the table do
        not look at it.
    Remedy:
        Enable row security on each of these partitions, without a policy: queries that name the table work as
        before, those that name the partition see nothing (foreign tables cannot have it: privileges are
        revoked there). Or revoke the privileges. Let what creates new partitions do the same.
    """
    exposure = exposure_of(facts.catalog, facts.config.api)
    for table in facts.catalog.measurable():
        if table.partitions:
            yield Verdict(
                subject=subject_of(table),
                judgement=_judge(table, exposure),
                detection_sql=partitions_query(table),
            )


def _judge(table: Table, exposure: Exposure) -> Judgement | None:
    exposed = [(each, exposure.past_policies(each)) for each in table.partitions if exposure.exposes(each)]
    reached = [(partition, granted) for partition, granted in exposed if granted]
    if not reached:
        return None
    number = f"{len(reached):,} of {counted(len(table.partitions), 'partition')}"
    return Judgement(
        message=f"outsiders who name {number} of {subject_of(table)} reach every row, past its policies "
        f"({matrix(each for _, granted in reached for each in granted)}): "
        f"{listed([partition for partition, _ in reached])}",
        hint="Enable row security on these partitions, or revoke what is granted on them; do so for new ones too",
        remedies=tuple(_remedies(reached, exposure)),
    )


def _remedies(reached: list[tuple[Partition, tuple[Granted, ...]]], exposure: Exposure) -> Iterator[Remedy]:
    operations = tuple(each for partition, granted in reached for each in _closing(partition, granted, exposure))
    if operations:
        yield Remedy(
            kind="enable-row-security",
            summary="Enable row security on each partition, without a policy: queries that name the table work as "
            "before, and those of outsiders that name a partition see and change nothing.",
            operations=operations,
        )


def _closing(partition: Partition, granted: tuple[Granted, ...], exposure: Exposure) -> Iterator[Operation]:
    """What a foreign table is granted through PUBLIC or a group is for people to take away: others would lose it."""
    if partition.kind == "foreign":
        for each in granted:
            if each.is_its_own:
                yield revoke(partition, each.role, each.command)
        return
    if not partition.row_security:
        yield enable_row_security(partition)
    if not all(is_bound(partition, role) for role in exposure.roles):
        yield force_row_security(partition)
