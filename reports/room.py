"""Room on a page of limited size: what fits is taken, what does not is counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a section that fitted, out of `total`."""

    pieces: tuple[Markup, ...]
    total: int

    @property
    def left_out(self) -> int:
        """How many did not fit."""
        return self.total - len(self.pieces)


class Room:
    """Bytes that are left on the page."""

    def __init__(self, left: int) -> None:
        self.left = max(left, 0)

    def take(self, pieces: Iterable[Markup], total: int, share: float) -> Pieces:
        """The first pieces that fit into this share of the room; no more are rendered than are needed."""
        limit = self.left * share
        taken: list[Markup] = []
        for piece in pieces:
            size = len(piece.encode())
            if size > limit:
                break
            limit -= size
            self.left -= size
            taken.append(piece)
        return Pieces(tuple(taken), total)
