"""A plan's notes, each text once: `subject: what is to be known of it` for fifty subjects is one note."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the subjects that it is about; none where it stands for itself."""

    text: str
    subjects: tuple[str, ...]


def grouped(notes: Iterable[str]) -> tuple[Note, ...]:
    """The notes in their order; those that say the same of several subjects stand where the first of them stood."""
    subjects: dict[str, list[str]] = {}
    for note in notes:
        subject, colon, text = note.partition(": ")
        subjects.setdefault(text if colon else note, []).append(subject if colon else "")
    return tuple(_note(text, members) for text, members in subjects.items())


def _note(text: str, subjects: list[str]) -> Note:
    if len(subjects) > 1:
        return Note(text, tuple(subjects))
    return Note(f"{subjects[0]}: {text}" if subjects[0] else text, ())
