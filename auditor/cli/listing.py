"""References as text for a terminal, as JSON for programs, as lines for auditor.toml."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from auditor.config import Config
from auditor.model import Reference, printable
from auditor.model.lines import is_told, line_of, lines_of_alternatives
from auditor.references.levels import Level, level_of

Format = Callable[[Sequence[Reference], Config], str]

_ORDER: tuple[Level, ...] = ("finding", "please confirm", "ambiguous", "hidden", "declared")
_NOUNS = {
    "finding": "inferred",
    "please confirm": "to confirm",
    "ambiguous": "ambiguous",
    "hidden": "hidden",
    "declared": "declared",
}


def as_text(references: Sequence[Reference], config: Config) -> str:
    """Two lines a reference, and as many for what it may be instead; the surest first, declared ones last and in one
    line; then how many there are."""
    levels = _levels(references, config)
    lines: list[str] = []
    for level, each in levels:
        lines.append(f"{level:<14}  {each.confidence:.2f}  {printable(line_of(each))}")
        lines += [f"{'':22}{printable('; '.join(each.evidence))}"] if each.evidence else []
        for line, other in zip(lines_of_alternatives(each), each.alternatives, strict=True):
            lines.append(f"{'or':<14}  {other.confidence:.2f}  {printable(line)}")
            lines.append(f"{'':22}{printable('; '.join(other.evidence))}")
    counts = Counter(level for level, _ in levels)
    total = " · ".join(f"{counts[level]:,} {_NOUNS[level]}" for level in _ORDER if counts[level])
    hint = "next: --format toml writes the lines for auditor.toml that accept or reject them\n"
    return "\n".join([*lines, "", total or "no references", ""]) + (
        hint if len(references) > counts["declared"] else ""
    )


def as_json(references: Sequence[Reference], config: Config) -> str:
    """A list of the objects that report.json has, each with its level and its line."""
    rows = [
        {"level": level, "line": line_of(each), **msgspec.to_builtins(each)}
        for level, each in _levels(references, config)
    ]
    return json.dumps(rows, indent=2, ensure_ascii=True) + "\n"


def as_toml(references: Sequence[Reference], config: Config) -> str:
    """The part `[references]`: what the configuration has, and as comments a line for each that could be overruled."""
    said = config.references
    open_ = [(level, each) for level, each in _levels(references, config) if level != "declared"]
    known = {*said.accept, *said.reject}
    new = [(level, each) for level, each in open_ if line_of(each) not in known and not is_told(each.evidence)]
    lines = ["[references]"]
    lines += [f"actor-table = {_string(said.actor_table)}"] if said.actor_table else []
    if said.aliases:
        inner = ", ".join(f"{_string(alias)} = {_string(table)}" for alias, table in said.aliases.items())
        lines.append(f"aliases = {{ {inner} }}")
    lines += [
        "# Uncomment what is a reference.",
        *_array("accept", said.accept, [each for each in new if each[0] != "finding"]),
    ]
    lines += ["# Uncomment what is none.", *_array("reject", said.reject, new)]
    return "\n".join(lines) + "\n"


def _array(key: str, said: Iterable[str], new: Iterable[tuple[Level, Reference]]) -> list[str]:
    lines = [f"{key} = [", *(f"  {_string(text)}," for text in said)]
    for level, each in new:
        evidence = printable("; ".join(each.evidence))
        lines += [f"  # {_string(line_of(each))},  # {level}, {each.confidence:.2f}: {evidence}"]
        for line, other in zip(lines_of_alternatives(each), each.alternatives, strict=True):
            lines.append(
                f"  # {_string(line)},  # or this, {other.confidence:.2f}: {printable('; '.join(other.evidence))}"
            )
    return [*lines, "]"]


def _levels(references: Sequence[Reference], config: Config) -> list[tuple[Level, Reference]]:
    levels = [(level_of(each, config.thresholds), each) for each in references]
    return sorted(levels, key=lambda pair: (_ORDER.index(pair[0]), -pair[1].confidence, line_of(pair[1])))


def _string(text: str) -> str:
    """A basic string of TOML: JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


FORMATS: dict[str, Format] = {"text": as_text, "json": as_json, "toml": as_toml}
