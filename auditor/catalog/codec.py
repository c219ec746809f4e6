"""The catalog as JSON and back: what structural checks are tested with where there is no server."""

from typing import Any

import msgspec

from auditor.catalog.catalog import Catalog
from auditor.catalog.types import ArrayNumbers, ArrayText

# Values of the audited tables: personal data, which goes into no file.
_VALUES = ("most_common", "most_common_frequencies", "histogram")


def to_json(catalog: Catalog, *, indent: int = 2) -> str:
    """The catalog as JSON, without the values that the statistics hold. Comments and defaults are part of it."""
    document = msgspec.to_builtins(catalog, enc_hook=_hidden, order="deterministic")
    for table in document["tables"]:
        for column in table["columns"]:
            for name in _VALUES if column["statistics"] else ():
                del column["statistics"][name]
    return msgspec.json.format(msgspec.json.encode(document), indent=indent).decode()


def from_json(text: str) -> Catalog:
    """The catalog that `to_json` wrote. ValueError, with the place, where the text is none."""
    try:
        return msgspec.json.decode(text, type=Catalog)
    except msgspec.DecodeError as error:
        raise ValueError(f"no catalog: {error}") from None


def _hidden(value: Any) -> None:
    if not isinstance(value, ArrayText | ArrayNumbers):
        raise NotImplementedError
