"""Precision, recall and F1 as the data's own scorer counts them, with what follows from the truth left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from auditor.model import Reference


@dataclass(frozen=True)
class Guess:
    """An inferred reference: how sure we are, whether values were seen, whether it is right."""

    confidence: float
    is_measured: bool
    is_right: bool
    told: str = ""


@dataclass(frozen=True)
class Marked:
    """The guesses about one schema that count, and how many references there were to find."""

    schema: str
    guesses: tuple[Guess, ...]
    to_find: int


@dataclass(frozen=True)
class Score:
    """Precision, recall, F1; of one schema, or the mean of several."""

    precision: float
    recall: float
    f1: float

    @property
    def text(self) -> str:
        """`.96 / .91 / .94`."""
        return " / ".join(f"{value:.3f}".replace("0.", ".", 1) for value in (self.precision, self.recall, self.f1))


def marked(schema: str, references: Iterable[Reference], truth: Any, *, with_rows: bool) -> Marked:
    """Each guess right or wrong; left out are those about tables without rows where rows count, what follows from the
    truth (a → c where a → b → c), and what only the application declares where that is not to be found."""
    best: dict[Any, Reference] = {}
    for each in references:
        if not each.declared and each.is_plain:
            best.setdefault(truth.key(_as_scored(each)), each)
    guesses = []
    for ends, each in best.items():
        is_right = ends in truth.keys
        unseen = with_rows and (ends in truth.all_keys or not (truth.rows.get(ends[0]) and truth.rows.get(ends[1])))
        if is_right or not (unseen or truth.implied(ends) or ends in truth.extra):
            guesses.append(Guess(each.confidence, is_measured(each), is_right, _told(each)))
    return Marked(schema, tuple(guesses), len(truth.keys))


def is_measured(reference: Reference) -> bool:
    """Whether values were looked up, or names alone speak."""
    return not any(text.startswith("by name only") for text in reference.evidence)


def score(each: Marked, least: float) -> Score:
    """Of the guesses that are at least so sure."""
    chosen = [guess for guess in each.guesses if guess.confidence >= least]
    right = sum(guess.is_right for guess in chosen)
    precision = right / len(chosen) if chosen else float(not each.to_find)
    recall = right / each.to_find if each.to_find else 1.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0)


def macro(scores: Sequence[Score]) -> Score:
    """The mean over schemas."""
    return Score(*(mean(getattr(each, part) for each in scores) for part in ("precision", "recall", "f1")))


def _as_scored(each: Reference) -> dict[str, Any]:
    return {
        "table": f"{each.schema}.{each.table}",
        "columns": each.columns,
        "ref_table": f"{each.ref_schema}.{each.ref_table}",
        "ref_columns": each.ref_columns,
    }


def _told(each: Reference) -> str:
    here, there = ", ".join(each.columns), ", ".join(each.ref_columns)
    return f"{each.table}({here}) -> {each.ref_table}({there}): {'; '.join(each.evidence)}"
