"""The parts that steps are made of: what each sets, and what runs in one transaction."""

import hashlib
import json

from auditor import sql
from auditor.catalog import Guarded
from auditor.model import Part, printable
from auditor.remedy.layout import laid_out
from auditor.sql import Sql

QUICK = "30s"
"""For what takes milliseconds once it has its lock, with all attempts to get it."""
LONG = "1h"
"""For what reads or changes a whole table."""

_SETTINGS = (
    "standard_conforming_strings = on",
    "client_encoding = 'UTF8'",
    "client_min_messages = warning",
)
_NIGHT = "12h"
"""For all batches of a step together: stopped, it goes on where it was when it is run again."""
_WAIT = 2
"""Seconds. Whoever wants the table meanwhile waits behind the lock that we wait for."""
_PATIENT_WAIT = "10min"
"""For concurrent builds: nobody waits behind them, and they have to outwait every transaction that is open."""


def transaction(
    title: str, *statements: str, timeout: str = QUICK, path: bool = True, rows: bool = False, tables: int = 1
) -> Part:
    """The statements in one transaction.

    `rows` for those that touch rows: row security must not hide some of them, foreign keys are checked at once.
    `path` false leaves the connection's own search_path: users' triggers may need it. `tables` are those whose strong
    locks it needs: who waits for the first of them waits until we have the last, so each gets its part of the time.
    """
    settings = _settings(f"{_WAIT / tables:g}s", timeout, path)
    if rows:
        settings = (*settings, "row_security = off")
        statements = ("SET CONSTRAINTS ALL IMMEDIATE;", *statements)
    return Part(title=title, settings=settings, statements=statements)


def outside(
    title: str, statement: str, condition: str | None = None, *, repairs: bool = False, may_fail: bool = False
) -> Part:
    """A statement that PostgreSQL refuses in a transaction, which can be repeated."""
    return Part(
        title=title,
        settings=_settings(_PATIENT_WAIT, LONG, True),
        statements=(statement,),
        transactional=False,
        condition=condition,
        repairs=repairs,
        may_fail=may_fail,
    )


def committing(title: str, statement: str) -> Part:
    """A block that changes rows and commits by itself, outside of any transaction; it can be repeated."""
    return Part(
        title=title,
        settings=(*_SETTINGS, f"statement_timeout = '{_NIGHT}'"),
        statements=(statement,),
        transactional=False,
    )


def begun(path: bool = True) -> Sql:
    """Within such a block: ends one transaction and begins the next, with settings of its own. A runner that sends the
    block alone has given it none."""
    settings = (f"lock_timeout = '{_WAIT}s'", "row_security = off", *(("search_path = ''",) if path else ()))
    return Sql(
        "\n".join(
            (
                "COMMIT;",
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;",
                *(f"SET LOCAL {setting};" for setting in settings),
                "SET CONSTRAINTS ALL IMMEDIATE;",
            )
        )
    )


def _settings(wait: str, timeout: str, path: bool) -> tuple[str, ...]:
    times = (f"lock_timeout = '{wait}'", f"statement_timeout = '{timeout}'")
    return (*_SETTINGS, *times, *(("search_path = ''",) if path else ()))


def block(body: str, declare: str = "") -> Sql:
    """An anonymous block. In a statement its variables are written `auditor_block.name`: a column may have any name."""
    declared = f"DECLARE\n{declare}\n" if declare else ""
    text = f"\n#variable_conflict use_column\n<<auditor_block>>\n{declared}BEGIN\n{body}\nEND\n"
    return Sql(f"DO {sql.dollar_quoted(laid_out(text))};")


def inner(body: str, declare: str, about: str) -> Sql:
    """A block within a block, with variables of its own; `about`, a constant of ours, tells a reader what it is for."""
    return Sql(f"{sql.comment(about)}\nDECLARE\n{declare}\nBEGIN\n{body}\nEND;")


def refuse(message: str, *values: str, hint: str = "") -> Sql:
    """`RAISE` with each `%` of the message, a constant of ours, standing for a value: an SQL expression."""
    arguments = ", ".join((sql.literal(message), *values))
    return Sql(f"RAISE EXCEPTION {arguments}{f' USING HINT = {sql.literal(hint)}' if hint else ''};")


def when(condition: str, statement: str) -> Sql:
    """The statement, where the condition holds; inside a block."""
    return Sql(f"IF {condition} THEN\n{statement}\nEND IF;")


def at_most(limit: int, count: str, refusal: str) -> Sql:
    """Refuses where there are more; for a block that declares `number`, which the refusal may name."""
    return Sql(f"number := ({count});\n{when(f'number > {limit}', refusal)}")


def words(text: str) -> Sql:
    """A name or a sentence as a literal, for a message: control characters written out."""
    return sql.literal(printable(text))


def oid_of(*names: str) -> Sql:
    """The oid of a relation of that qualified name, NULL where there is none."""
    return Sql(f"pg_catalog.to_regclass({sql.literal(sql.quote(*names))})")


def named(table: Guarded) -> str:
    """A table as titles and messages name it."""
    return printable(f"{table.schema}.{table.name}")


def digest(*parts: object) -> str:
    """Ten hexadecimal digits that stand for what a step does."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, default=str).encode()).hexdigest()[:10]
