"""What was measured, as the tables of docs/references.md."""

from collections.abc import Iterable, Sequence

from auditor.references.calibration import Calibration
from bench.references.cost import Cost
from bench.references.fitting import applied, fit
from bench.references.runs import Runs
from bench.references.scoring import Guess, Marked, macro, score

FINDING, PLEASE_CONFIRM = 0.80, 0.60
_RANGES = ((0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0))


def left_out(runs: Runs) -> Runs:
    """Each schema calibrated by the others alone."""
    names = {each.schema for several in runs.values() for each in several}
    by_name = {name: fit(seen(runs, without=name)) for name in names}
    return {
        condition: tuple(applied(each, by_name[each.schema]) for each in several) for condition, several in runs.items()
    }


def shipped(runs: Runs, fitted: Calibration) -> Runs:
    """All calibrated as an audit does."""
    return {condition: tuple(applied(each, fitted) for each in several) for condition, several in runs.items()}


def seen(runs: Runs, without: str = "") -> Iterable[tuple[Marked, float]]:
    """What the calibration is fitted on: each schema's guesses with their weight."""
    for condition, several in runs.items():
        yield from ((each, condition.weight) for each in several if each.schema != without)


def tables(own: Runs, others: Runs, cost: Cost) -> str:
    """All of them, one below the other."""
    parts = [
        "### Over all schemas (macro precision / recall / **F1**)",
        _macro(own, others),
        "### Each schema",
        _each(own),
        "### What a confidence is worth",
        _reliability(own, others),
        "### What it costs",
        _cost(cost),
    ]
    return "\n\n".join(parts)


def _macro(own: Runs, others: Runs) -> str:
    head = [
        "",
        "schemas",
        "finding (≥ .80)",
        "and please confirm (≥ .60)",
        "finding, schema left out of the fit",
        "and please confirm, left out",
        "to beat (F1)",
    ]
    rows = [
        [
            condition.name,
            str(len(several)),
            *(_mean(several, least) for least in (FINDING, PLEASE_CONFIRM)),
            *(_mean(others[condition], least) for least in (FINDING, PLEASE_CONFIRM)),
            condition.to_beat,
        ]
        for condition, several in own.items()
        if several
    ]
    return _table(head, rows)


def _mean(several: Sequence[Marked], least: float) -> str:
    return macro([score(each, least) for each in several]).text


def _each(own: Runs) -> str:
    rows = [
        [condition.name, each.schema, str(each.to_find), score(each, FINDING).text, score(each, PLEASE_CONFIRM).text]
        for condition, several in own.items()
        for each in several
    ]
    return _table(["", "schema", "to find", "finding (≥ .80)", "and please confirm (≥ .60)"], rows)


def _reliability(own: Runs, others: Runs) -> str:
    head = ["confidence", "values looked up", "the same, left out", "by name only", "the same, left out"]
    rows = []
    for low, high in _RANGES:
        cells = [f"{low:.1f} to {high:.1f}"]
        for is_measured in (True, False):
            cells += [_right(_guesses(runs, is_measured), low, high) for runs in (own, others)]
        rows.append(cells)
    return _table(head, rows)


def _guesses(runs: Runs, is_measured: bool) -> list[Guess]:
    marked = (each for condition, several in runs.items() if condition.weight for each in several)
    return [guess for each in marked for guess in each.guesses if guess.is_measured == is_measured]


def _right(guesses: Sequence[Guess], low: float, high: float) -> str:
    """`93 % of 120`."""
    chosen = [each for each in guesses if low <= each.confidence < (high if high < 1 else 2)]
    return f"{100 * sum(each.is_right for each in chosen) / len(chosen):.0f} % of {len(chosen)}" if chosen else "–"


def _cost(cost: Cost) -> str:
    head = [
        "tables",
        "columns",
        "references found",
        "reading the catalog",
        "inference",
        "of it processor time",
        "messages",
        "memory",
    ]
    row = [
        f"{cost.tables:,}",
        f"{cost.columns:,}",
        f"{cost.references:,}",
        f"{cost.catalog_s:.1f} s",
        f"{cost.inference_s:.1f} s",
        f"{cost.processor_s:.1f} s",
        str(cost.messages),
        f"{cost.memory_mb:.0f} MB",
    ]
    return _table(head, [row])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---" for _ in head], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
