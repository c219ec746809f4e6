"""Where NULL says something, so that nobody means NOT NULL."""

from auditor.catalog import Column, Table
from auditor.catalog.estimates import null_fraction
from auditor.check import Facts
from auditor.intentions import declares_not_null
from auditor.knowledge.naming import marks_end, points_upward

NOT_NULL_LOCK = "ACCESS EXCLUSIVE for milliseconds; rows are read under SHARE UPDATE EXCLUSIVE, writes go on"


def may_be_null(table: Table, column: Column) -> bool:
    """Whether NULL has a meaning here: not ended yet, no parent, or what a foreign key's SET NULL leaves."""
    keys = [key for key in table.foreign_keys() if column.name in key.columns]
    return (
        marks_end(column)
        or points_upward(column)
        or any(key.on_delete == "SET NULL" or key.referenced_oid == table.oid for key in keys)
    )


def is_intended_not_null(facts: Facts, table: Table, column: str) -> bool:
    """Whether the configuration, or a constraint that is not valid yet, says that this column holds no NULL."""
    named = (each for each in facts.intended_on(table) if each.kind == "not-null")
    return any(column in each.columns for each in named) or declares_not_null(table, column)


def is_settable(facts: Facts, table: Table, column: str) -> bool:
    """Whether a plan may set this column NULL: nothing declared or intended says otherwise, no key contains it."""
    is_key = any(index.reads(column) for index in table.unique_indexes)
    return (
        not is_key
        and not table.column(column).not_null
        and not table.column(column).generated
        and not is_intended_not_null(facts, table, column)
    )


def is_nullable(table: Table, column: Column) -> bool:
    """Whether the column accepts NULL today, or holds old ones under a constraint that is not validated."""
    return not column.not_null or declares_not_null(table, column.name)


def refers_undeclared(facts: Facts, table: Table, column: str) -> bool:
    """Whether the column refers somewhere without a foreign key: its orphans may have to be set NULL."""
    return any(
        not each.declared and not each.json_path and column in each.columns_read for each in facts.references_of(table)
    )


def may_lose_its_reference(table: Table, column: str) -> bool:
    """Whether a foreign key of the table may turn out to have orphans, which are set NULL here."""
    return any(column in key.columns for key in table.foreign_keys())


def refers(facts: Facts, table: Table, column: str) -> bool:
    """Whether the column refers somewhere, declared or not: NULL may say that the row refers to nothing."""
    return may_lose_its_reference(table, column) or refers_undeclared(facts, table, column)


def is_hardly_null(facts: Facts, table: Table, column: Column) -> bool | None:
    """What the statistics say to `at most null_share NULL, in a table of null_rows`, with room for their error;
    None where they say nothing."""
    share = null_fraction(column)
    if share is None or table.rows is None:
        return None
    thresholds = facts.config.thresholds
    return share <= 2 * thresholds.null_share and table.rows >= thresholds.null_rows / 2
