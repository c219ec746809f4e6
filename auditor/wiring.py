"""The one module that brings checks, reports and the engine together."""

# ruff: noqa: E402 (what is imported has to be ours)

import os
import pkgutil
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from auditor.shadowing import refuse_shadowed

refuse_shadowed()

import checks
import reports
import reports.terminal
from auditor import engine
from auditor.check import Check
from auditor.config import Config, PlanFormat, load_config, nearest, overridden
from auditor.connect import resolve
from auditor.errors import AuditorError
from auditor.model import Audit
from auditor.scan import Progress
from reports.format import Format


def run(
    dsn: str | None = None,
    *,
    config: str | Path | Config | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Audit:
    """Audits a database and gives the same `Audit` that the command line writes.

    `dsn` as for the command line (else AUDITOR_DSN, DATABASE_URL, libpq's own); `config` a file or a `Config`;
    `options` are those of `auditor.toml`: `only`, `skip`, `schema`, `table`, `jobs`, `timeout`, `budget`, `samples`.
    Raises AuditorError for wrong use, where there is no connection, and where it breaks.
    """
    base = config if isinstance(config, Config) else load_config(Path(config)) if config else Config()
    settings = overridden(base, **options)
    chosen = choose(all_checks(), settings.only, settings.skip)
    return engine.audit(resolve(dsn, os.environ), chosen, settings, progress=progress)


def all_checks() -> tuple[Check, ...]:
    """Every check: the `Check` values in our package and in what the entry points `auditor.checks` name, by id."""
    found = [*_checks_in(checks.__name__, checks.__path__)]
    for point in entry_points(group="auditor.checks"):
        found += _plugged(point)
    by_id: dict[str, Check] = {}
    for check in found:
        if by_id.setdefault(check.id, check) is not check:
            raise AuditorError(f"two checks are called {check.id}", "uninstall one of the plug-ins that bring it")
    return tuple(sorted(by_id.values(), key=lambda check: (check.family, check.id)))


def _plugged(point: EntryPoint) -> list[Check]:
    """The check, or the package of checks, that an entry point names."""
    try:
        plugged = point.load()
        return [plugged] if isinstance(plugged, Check) else _checks_in(plugged.__name__, plugged.__path__)
    except Exception as error:
        raise AuditorError(
            f"the plug-in {point.name} ({point.value}) cannot be loaded: {type(error).__name__}: {error}",
            "mend it, or uninstall it",
        ) from error


def _checks_in(package: str, path: Iterable[str]) -> list[Check]:
    modules = [
        import_module(name) for _, name, is_package in pkgutil.walk_packages(path, f"{package}.") if not is_package
    ]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Check)]


def choose(known: Sequence[Check], only: Sequence[str], skip: Sequence[str]) -> tuple[Check, ...]:
    """The checks that `only` names (all where it is empty) less those that `skip` names; by id or by family."""
    names = sorted({check.id for check in known} | {check.family for check in known})
    for wanted in (*only, *skip):
        if wanted not in names:
            raise AuditorError(f"there is no check or family {wanted!r}", nearest(wanted, names))
    chosen = tuple(
        check
        for check in known
        if (not only or not {check.id, check.family}.isdisjoint(only)) and {check.id, check.family}.isdisjoint(skip)
    )
    if not chosen:
        raise AuditorError("no check is left: skip names all that only leaves", "skip less")
    return chosen


def all_formats(plan_format: PlanFormat = "psql") -> dict[str, Format]:
    """Every format of a report by name; `sql` is the plan, for that runner."""
    return {each.name: each for each in (*reports.FORMATS, reports.PLAN_FORMATS[plan_format])}


def terminal_text(audit: Audit, *, color: bool, width: int | None, plan: str | None) -> str:
    """What a terminal shows of an audit; `width` in columns, None where lines are not cut; `plan` is its folder."""
    return reports.terminal.render(audit, color=color, width=width, plan=plan)
