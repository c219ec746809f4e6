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


def whole(render: Callable[[Audit], dict[str, str]]) -> Callable[[Audit], dict[str, Iterable[str]]]:
    """The files of a format that makes each in one piece."""
    return lambda audit: {path: (text,) for path, text in render(audit).items()}
