"""The statement that a person runs to see the violating rows of a finding."""

import sqlalchemy as sa

from auditor import sql
from auditor.planner import key_columns
from auditor.probe import KeyProbe, Probe, ReferenceProbe, RowProbe, relation


def detection_sql(probe: Probe) -> sql.Sql:
    """The violating rows' keys, beside the columns that the probe is about; for shared keys, each key and how many
    rows share it, the most shared first."""
    statement = _shared(probe) if isinstance(probe, KeyProbe) else _violating(probe)
    return sql.Sql(sql.render(statement) + ";")


def _violating(probe: RowProbe | ReferenceProbe) -> sa.Select[tuple[object, ...]]:
    key, row = key_columns(probe.table), relation(probe.table)
    shown = [row.c[name] for name in probe.columns if name not in probe.table.row_key()]
    return sa.select(*key, *shown).select_from(row).where(probe.violation).order_by(*key)


def _shared(probe: KeyProbe) -> sa.Select[tuple[object, ...]]:
    count = sa.func.count()
    return (
        sa.select(*probe.keys, count.label("rows"))
        .select_from(relation(probe.table))
        .where(probe.population)
        .group_by(*probe.keys)
        .having(count > 1)
        .order_by(count.desc(), *probe.keys)
    )
