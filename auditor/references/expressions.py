"""What stands in place of a column's name where a reference is more than a column: as reports and people write it."""

from auditor import sql
from auditor.model import When


def expression_inside(column: str, path: tuple[str, ...]) -> str:
    """A path inside a JSON column: `metadata->>'call_id'`."""
    *outer, last = path
    steps = "".join(f"->{sql.literal(key)}" for key in outer)
    return f"{sql.quote(column)}{steps}->>{sql.literal(last)}"


def expression_by_type(column: str, when: When) -> str:
    """One type of a polymorphic reference: `owner_id WHERE owner_type = 'User'`."""
    return f"{sql.quote(column)} WHERE {condition_of(when)}"


def condition_of(when: When) -> str:
    """Which rows are meant: `owner_type = 'User'`."""
    values = ", ".join(map(sql.literal, when.values))
    operator = f"= {values}" if len(when.values) == 1 else f"IN ({values})"
    return f"{sql.quote(when.column)} {operator}"


def array_expression(column: str) -> str:
    """The elements of an array: `unnest(tag_ids)`."""
    return f"unnest({sql.quote(column)})"
