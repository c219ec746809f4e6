"""What the planner makes: scans, the numbers they bring, and how an answer to a probe follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Table
from auditor.model import Outcome
from auditor.probe import Measurement, OrphanName, Probe


@dataclass(frozen=True, slots=True)
class Unseen:
    """A probe without a measurement: `hidden`, `error` or `skipped`, and why, for a person; never a row's value."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number to be found out, by what it is: the table, and the text that counts (a condition of a pass, or a whole
    statement, whose `slot`th number it is). Equal quantities are measured once."""

    table: int
    text: sql.Sql
    slot: int = 0


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One SELECT whose only row is an array of numbers, those of `quantities` in order.

    `met` is a WITH query of that name, where the statement counts in it; `keys` selects the keys of some violating
    rows from there.
    `tables` are all that it reads, the one whose rows it counts first. `conditions` are those of a pass, which can
    be halved; None for every other form. `pages` and `rows` are what it reads by the catalog's estimate.
    """

    tables: tuple[Table, ...]
    statement: sql.Sql
    quantities: tuple[Quantity, ...]
    conditions: tuple[sql.Sql, ...] | None = None
    met: sql.Sql | None = None
    keys: sql.Sql | None = None
    settings: tuple[sql.Sql, ...] = ()
    pages: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a probe's measurement follows from quantities: each is the sum of these.

    `presumed_empty`: the table had no page, so only its rows are counted; where there are some, nothing is known.
    """

    violations: tuple[Quantity, ...]
    population: tuple[Quantity, ...]
    rows: Quantity
    groups: tuple[Quantity, ...] = ()
    by_kind: tuple[tuple[OrphanName, Quantity], ...] = ()
    presumed_empty: bool = False


@dataclass(frozen=True, kw_only=True)
class ScanPlan:
    """All scans, in messages: each a batch of scans for one statement, largest tables first; and for each probe, in
    the order they were given, how its answer follows, or why there will be none."""

    batches: tuple[tuple[Scan, ...], ...]
    answers: tuple[tuple[Probe, Answer | Unseen], ...]

    @property
    def scans(self) -> tuple[Scan, ...]:
        """Every scan, in the order of the batches."""
        return tuple(scan for batch in self.batches for scan in batch)


def rows_of(table: Table) -> Quantity:
    """The number of a table's rows."""
    return Quantity(table.oid, sql.Sql("true"))


def pass_over(table: Table, conditions: Sequence[sql.Sql]) -> Scan:
    """One read of the table that counts its rows, and those that satisfy each condition."""
    counts = ["count(*)", *(f"count(*) FILTER (WHERE {condition})" for condition in conditions)]
    return Scan(
        tables=(table,),
        statement=sql.compose(
            "SELECT ARRAY[{counts}] FROM {only}{table}",
            counts=sql.Sql(",\n  ".join(counts)),
            only=sql.Sql("ONLY " if table.has_children else ""),
            table=sql.name(table.schema, table.name),
        ),
        quantities=(rows_of(table), *(Quantity(table.oid, condition) for condition in conditions)),
        conditions=tuple(conditions),
        pages=pages_of(table),
        rows=estimated_rows(table),
    )


def halves(scan: Scan) -> tuple[Scan, ...]:
    """Two scans with half of the conditions each; one that only counts rows where there was one condition; none where
    nothing can be halved."""
    if not scan.conditions:
        return ()
    middle = len(scan.conditions) // 2
    parts = (scan.conditions[:middle], scan.conditions[middle:]) if middle else ((),)
    return tuple(pass_over(scan.tables[0], part) for part in parts)


def pages_of(table: Table) -> int:
    """How many pages of 8 kB reading the table takes; where it was never analysed, not more than this."""
    return table.pages or table.bytes // 8192


def estimated_rows(table: Table) -> int:
    """How many rows the table has by the catalog's estimate, else by its size."""
    return int(table.rows) if table.rows is not None else pages_of(table) * 60


def statement_of(batch: Sequence[Scan]) -> sql.Sql:
    """One statement for all these scans: a row each with its number, its counts, keys of violating rows that it met,
    and the file nodes of what it read.

    The file nodes are read by functions that look at the present, not at the snapshot, and after the tables were
    locked: a difference from the snapshot's tells that a table was rewritten or truncated meanwhile.
    """
    return sql.Sql("\nUNION ALL\n".join(_arm(number, scan) for number, scan in enumerate(batch)))


def _arm(number: int, scan: Scan) -> sql.Sql:
    arm = sql.compose(
        "SELECT {number} AS scan, ({statement}) AS counts, {keys} AS keys, {filenodes} AS filenodes",
        number=number,
        statement=scan.statement,
        keys=sql.Sql("NULL::text[]") if scan.keys is None else sql.compose("ARRAY({keys})", keys=scan.keys),
        filenodes=_filenodes(scan.tables),
    )
    if scan.met is None:
        return arm
    return sql.compose("(WITH met AS MATERIALIZED ({met})\n{arm})", met=scan.met, arm=arm)


def _filenodes(tables: tuple[Table, ...]) -> sql.Sql:
    """The present leaves of a partitioned table are asked for, because a partition can be detached as well."""
    plain = [leaf.oid for table in tables if table.kind != "partitioned" for leaf in table.leaves]
    present = sql.Sql(", ".join(sql.compose("pg_relation_filenode({oid})::bigint", oid=oid) for oid in plain))
    arrays = [sql.compose("ARRAY[{present}]::bigint[]", present=present)]
    arrays += [
        sql.compose(
            "ARRAY(SELECT pg_relation_filenode(relid)::bigint FROM pg_partition_tree({oid}) WHERE isleaf)",
            oid=table.oid,
        )
        for table in tables
        if table.kind == "partitioned"
    ]
    return sql.Sql(" || ".join(arrays))


def measured(
    answer: Answer, numbers: Mapping[Quantity, "int | Unseen"], keys: Mapping[Quantity, tuple[str, ...]]
) -> Measurement | Unseen:
    """The measurement, or the first reason why a number of it is missing. `keys` are those of rows that were met."""
    parts = (answer.violations, answer.population, (answer.rows,), answer.groups)
    for quantity in (quantity for part in parts for quantity in part):
        number = numbers[quantity]
        if isinstance(number, Unseen):
            return number
    violations, population, rows, groups = (_sum(part, numbers) for part in parts)
    if answer.presumed_empty and rows:
        return Unseen(Outcome.ERROR, "its size could not be read while somebody had locked it")
    met = tuple(key for quantity in answer.violations for key in keys.get(quantity, ()))
    by_kind = tuple((name, _sum((quantity,), numbers)) for name, quantity in answer.by_kind)
    return Measurement(violations=violations, population=population, rows=rows, groups=groups, by_kind=by_kind, met=met)


def _sum(quantities: tuple[Quantity, ...], numbers: Mapping[Quantity, "int | Unseen"]) -> int:
    return sum(number for number in map(numbers.__getitem__, quantities) if isinstance(number, int))
