"""What is not as it was before a plan was applied and rolled back, and what of it is as it has to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from difflib import unified_diff
from itertools import takewhile

from auditor import sql
from auditor.model import printable
from auditor.rehearsal.identity import Flag, Name, Rows, Snapshot

_SHOWN = 6
# Of an entry in a dump: a name may hold a newline, too.
_END = ";\n\n\n--"


def with_keys_not_valid(before: Snapshot, keys: Collection[tuple[str, str]]) -> Snapshot:
    """As before, but for these constraints (table, name; quoted), which a dump then writes with NOT VALID."""
    validated = Counter[Flag]({("constraint", *key, "true"): 1 for key in keys})
    unvalidated = Counter[Flag]({("constraint", *key, "false"): 1 for key in keys})
    text = "\n".join(before.schema)
    for table, name in keys:
        begin = text.find(f"ALTER TABLE ONLY {table}\n    ADD CONSTRAINT {sql.quote(name)} ")
        end = text.find(_END, begin)
        text = f"{text[:end]} NOT VALID{text[end:]}" if -1 not in (begin, end) else text
    return replace(before, schema=tuple(text.split("\n")), flags=before.flags - validated + unvalidated)


def keys_no_longer_valid(before: Snapshot, after: Snapshot) -> frozenset[tuple[str, str]]:
    """The constraints (table, name) that were valid and are not."""
    lost, new = before.flags - after.flags, after.flags - before.flags
    was = {(table, name) for kind, table, name, state in lost if (kind, state) == ("constraint", "true")}
    return frozenset((table, name) for kind, table, name, state in new if (table, name) in was and state == "false")


def grown(before: Snapshot, after: Snapshot) -> dict[Name, int]:
    """By how many rows tables have grown that both have."""
    return {
        table: more
        for table in before.rows.keys() & after.rows.keys()
        if (more := after.rows[table].number - before.rows[table].number) > 0
    }


def with_rows_of(before: Snapshot, after: Snapshot, tables: Collection[Name]) -> Snapshot:
    """As before, but for the rows of these tables."""
    return replace(before, rows=before.rows | {table: after.rows[table] for table in tables})


def failed_builds_dropped(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """The indexes that were invalid, and are not there any more."""
    there = {name for kind, _, name, _ in after.flags if kind == "index"}
    return tuple(
        sorted(
            name for kind, _, name, state in before.flags if (kind, state) == ("index", "false") and name not in there
        )
    )


def without_indexes(before: Snapshot, names: Collection[str]) -> Snapshot:
    """As before, but for these indexes, which no dump holds."""
    kept = {flag: number for flag, number in before.flags.items() if flag[0] != "index" or flag[2] not in names}
    return replace(before, flags=Counter(kept))


def differences(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """What is not as before, one sentence for each place; nothing where the law holds, or nobody can tell."""
    for table in sorted(before.tables | after.tables):
        there = [table in each.tables for each in (before, after)]
        if not all(there) or not {table} & (before.unread.keys() | after.unread.keys()):
            yield from _rows_differ(printable(".".join(table)), before.rows.get(table), after.rows.get(table), there)
    if not before.no_dump and not after.no_dump:
        yield from _schema_differs(before.schema, after.schema)
    yield from _flags_differ("before", before.flags - after.flags)
    yield from _flags_differ("now", after.flags - before.flags)


def _schema_differs(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Lines that stand elsewhere now are told only where nothing else differs."""
    settings = {line for schema in (before, after) for line in takewhile(_is_above_entries, schema)}
    changed = [
        line
        for line in unified_diff(before, after, lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in ("+++", "---") and line[1:].strip(" -")
        if line[1:] not in settings and not line[1:].startswith("\\connect ")  # they come again with each connection
    ]
    gone, come = ({line[1:] for line in changed if line[0] == sign} for sign in "-+")
    told = [line.strip() for line in changed if line[1:] not in gone & come] or [line.strip() for line in changed]
    if told:
        more = f" and {len(told) - _SHOWN} lines more" if len(told) > _SHOWN else ""
        yield f"the schema differs: {printable('; '.join(told[:_SHOWN]))}{more}"


def _is_above_entries(line: str) -> bool:
    return not line.startswith("-- Name: ")


_VALID = {"true": "valid", "false": "not valid"}
_STATES = {
    "constraint": _VALID,
    "index": _VALID,
    "trigger": {"O": "enabled", "D": "disabled", "A": "enabled always", "R": "enabled for replicas"},
}


def _flags_differ(when: str, flags: Counter[Flag]) -> Iterator[str]:
    for kind, table, name, state in sorted(flags):
        yield printable(f"the {kind} {name} of {table} is {_STATES[kind].get(state, state)} only {when}")


def _rows_differ(table: str, before: Rows | None, after: Rows | None, there: Sequence[bool]) -> Iterator[str]:
    if not there[0]:
        yield f"{table} is there that was not, or is filled"
    elif not there[1]:
        yield f"{table} is gone, or empty"
    elif before is not None and after is not None and before.number != after.number:
        yield f"{table} has {after.number:,} rows, it had {before.number:,}"
    elif before is not None and before != after:
        yield f"{table} has as many rows as before ({before.number:,}), and not the same"


def uncompared(*states: Snapshot) -> tuple[str, ...]:
    """The tables that no state can be compared by, and `the schema` where there is no dump of it."""
    tables = sorted(frozenset[Name]().union(*(each.unread for each in states)))
    schema = ("the schema",) if any(each.no_dump for each in states) else ()
    return (*(printable(".".join(each)) for each in tables), *schema)


def why_uncompared(*states: Snapshot) -> Iterator[str]:
    """A sentence for each reason."""
    reasons: dict[str, set[Name]] = {}
    for state in states:
        for table, why in state.unread.items():
            part = "neither rows nor definition" if table in state.undumped else "the rows"
            reasons.setdefault(f"not compared, as {why}: {part} of ", set()).add(table)
    for said, tables in sorted(reasons.items()):
        yield printable(said + ", ".join(".".join(each) for each in sorted(tables)))
    yield from sorted({f"not compared: the schema: {each.no_dump}" for each in states if each.no_dump})
