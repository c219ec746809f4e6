"""What a format is."""

from collections.abc import Callable
from dataclasses import dataclass

from auditor.model import Audit


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write an audit down: `render` gives the files, path below the output folder → text."""

    name: str
    render: Callable[[Audit], dict[str, str]]
