"""Foreign keys that delete or change rows by themselves when a row goes: no statement of a plan leaves that to them."""

from collections.abc import Iterable

from auditor import sql
from auditor.catalog import Table
from auditor.remedy.script import inner, oid_of, when
from auditor.sql import Sql

_OF_KEY = """ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) ORDER BY a.attname COLLATE pg_catalog."C")"""
_ABOUT = "would another foreign key take rows along that nothing keeps?"

Known = tuple[Table, tuple[str, ...]]


def none_unforeseen(
    tables: Iterable[Table], refusal: Sql, *, named: Iterable[Known], on_columns: Iterable[Known] = (), also: str = ""
) -> Sql:
    """Stops where such a key refers to one of these tables that the audit has not seen, and where it is `also` so.

    The audit has seen those of that name, and what may have been declared since on those columns. The refusal may say
    which it is: `found.called` of `found.place`.
    """
    known = ", ".join(_known(table, names) for table, names in named)
    meant = ", ".join(_known(table, sorted(columns)) for table, columns in on_columns)
    seen = f" AND (k.conrelid, ARRAY[k.conname::text]) NOT IN ({known})" if known else ""
    seen += f" AND (k.conrelid, {_OF_KEY}) NOT IN ({meant})" if meant else ""
    oids = ", ".join(oid_of(table.schema, table.name) for table in tables)
    body = f"""SELECT k.conname AS called, k.conrelid::pg_catalog.regclass AS place INTO found
FROM pg_catalog.pg_constraint AS k
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN ({oids}){seen};
{when(f"found.called IS NOT NULL{f' AND {also}' if also else ''}", refusal)}"""  # noqa: S608
    return inner(body, "found record;", _ABOUT)


def _known(table: Table, names: Iterable[str]) -> str:
    """A table's oid and some names as they are compared with a foreign key's own, or with those of its columns."""
    return f"({oid_of(table.schema, table.name)}::oid, ARRAY[{', '.join(map(sql.literal, names))}]::text[])"
