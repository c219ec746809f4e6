"""Numbers as people read them, the same in every format."""

from auditor.model import Finding, Severity


def count(number: int | None) -> str:
    """`1,234`; a dash for what was not counted."""
    return "–" if number is None else f"{number:,}"


def share(part: int, whole: int) -> str:
    """`0.05 %` with two significant digits below one per cent; never `0 %` nor `100 %` unless it is exactly that."""
    if whole <= 0 or part in (0, whole):
        return "0 %" if part == 0 or whole <= 0 else "100 %"
    percent = 100 * part / whole
    if percent < 0.01:
        return "< 0.01 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.2f} %" if percent < 0.995 else f"{percent:.1f} %"


def amount(violations: int | None, population: int | None, *, exact: bool = True) -> str:
    """`400 of 800,000 (0.05 %)`, with `about` where it is no exact count; `none of 800,000`; empty if not counted."""
    if violations is None:
        return ""
    if violations == 0 and population is not None:
        return f"none of {count(population)}"
    about = "" if exact else "about "
    if population is None:
        return f"{about}{count(violations)}"
    return f"{about}{count(violations)} of {count(population)} ({share(violations, population)})"


def found(finding: Finding) -> str:
    """What a finding counts; `schema` where the definition itself is at fault, whatever was counted beside it."""
    if finding.violations is None or (finding.violations == 0 and finding.severity is not Severity.ADVICE):
        return "schema"
    return amount(finding.violations, finding.population, exact=finding.exact)


def size(number: int | None) -> str:
    """Bytes as `7.5 MB`, in powers of 1,000; a dash where unknown."""
    if number is None:
        return "–"
    value = float(number)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(value) < 999.5 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"


def duration(seconds: float) -> str:
    """`48 ms`, `1.2 s`, `2 min 5 s`, `1 h 3 min`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def of(number: int, noun: str, plural: str = "") -> str:
    """`1 table`, `2 tables`, `3 pieces of advice`."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"
