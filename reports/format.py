"""What a format is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from auditor.model import Audit


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write an audit down: `files` gives them, path below the output folder → text, in pieces."""

    name: str
    files: Callable[[Audit], dict[str, Iterable[str]]]

    def render(self, audit: Audit) -> dict[str, str]:
        """The files, each text whole."""
        return {path: "".join(pieces) for path, pieces in self.files(audit).items()}
