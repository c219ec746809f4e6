"""What can be done about rows that share a key: one stays, and the others are set aside, or ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Table
from auditor.config import Keep
from auditor.intentions import Intended
from auditor.remedy import Operation, Remedy, end_duplicates, set_aside_duplicates

KEEPS: tuple[Keep, ...] = ("oldest", "newest", "most-complete")


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Rows that share a key, of those that `where` is true of, and what makes the key unique once they do not.

    `ending` is what ends a row, None where none can be ended; `noun` is what each is called.
    """

    table: Table
    keys: tuple[sql.Expression, ...]
    where: sql.Condition | None
    then: tuple[Operation, ...]
    ending: Mapping[str, sql.Expression] | None = None
    noun: str = "row"

    def resolutions(self, keep: Keep, *, chosen: bool = True) -> tuple[Remedy, ...]:
        """The rule's own remedy first; the variants are not to end what can be, and that another row stays."""
        return tuple(self._resolutions(keep, chosen))

    def _resolutions(self, keep: Keep, chosen: bool) -> Iterator[Remedy]:
        yield self._remedy("set-aside" if self.ending is None else "end", keep, self.ending is not None, chosen)
        if self.ending is not None:
            yield self._remedy("set-aside", keep, False, False)
        for other in KEEPS:
            if other != keep:
                yield self._remedy(f"keep-{other}", other, self.ending is not None, False)

    def _remedy(self, kind: str, keep: Keep, ends: bool, chosen: bool) -> Remedy:
        the_one = f"the {worded(keep)} {self.noun}"
        return Remedy(
            kind=kind,
            summary=f"end all but {the_one}" if ends else f"set all but {the_one} aside",
            operations=(self._clean_up(keep, ends), *self.then),
            chosen=chosen,
        )

    def _clean_up(self, keep: Keep, ends: bool) -> Operation:
        if ends and self.ending is not None and self.where is not None:
            return end_duplicates(self.table, self.keys, self.where, self.ending, keep)
        return set_aside_duplicates(self.table, self.keys, self.where, keep)


def worded(keep: Keep) -> str:
    """`oldest`, `newest`, `most complete`."""
    return keep.replace("-", " ")


def kept(intended: Intended | None, otherwise: Keep) -> Keep:
    """Which row stays, by the configuration where it says so."""
    return (intended.intention.keep if intended else None) or otherwise


def ended(intended: Intended) -> dict[str, sql.Expression]:
    """What the configuration assigns to end a row; empty where it says nothing of that."""
    return {column: sa.literal_column(text) for column, text in intended.intention.end.items()}
