"""How numbers and many names stand in a sentence."""

from collections.abc import Sequence

from auditor.catalog import Leaf, Partition
from auditor.model import printable

_NAMED = 5


def counted(number: float, noun: str) -> str:
    """`1 row`, `2,000 rows`, `1 address`, `2 addresses`."""
    whole = round(number)
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{whole:,} {noun if whole == 1 else plural}"


def listed(partitions: Sequence[Leaf | Partition]) -> str:
    """`public.a, public.b and 995 more`: the first few of them by name."""
    names = [printable(f"{each.schema}.{each.name}") for each in partitions[:_NAMED]]
    more = len(partitions) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")
