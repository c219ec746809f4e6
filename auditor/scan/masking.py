"""Keys of violating rows as `--samples` allows them to be shown."""

import re

from auditor.catalog import Table
from auditor.config import Samples
from auditor.model import Witness

_HIDDEN = "***"


def witness(table: Table, values: dict[str, str | None], samples: Samples) -> Witness:
    """A row's key, by column, from the server's text. `keys` shows integers and uuids, `raw` everything."""
    return {name: _shown(_family(table, name), value, samples) for name, value in values.items()}


def _family(table: Table, name: str) -> str:
    return table.column(name).type.family if table.has_column(name) else "place"


def _shown(family: str, value: str | None, samples: Samples) -> str | int | None:
    if value is None:
        return None
    if samples == "raw" or family == "place" or (samples == "keys" and family in ("integer", "uuid")):
        return int(value) if family == "integer" else value
    return masked(value) if family == "text" else _HIDDEN


def masked(text: str) -> str:
    """The first character of a text, of an address those of its parts; how long it is does not show.

    `jane@example.com` becomes `j***@e***.com`.
    """
    address = re.fullmatch(r"\s*(\S)[^@]*@(\S)[^@]*(\.[a-z]{2,6})\s*", text, re.IGNORECASE)
    if address is not None:
        return f"{address[1]}{_HIDDEN}@{address[2]}{_HIDDEN}{address[3]}"
    return text[:1] + _HIDDEN
