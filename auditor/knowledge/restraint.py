"""What a plan never chooses by itself."""

from dataclasses import replace

from auditor.probe import Measurement
from auditor.remedy import Remedy


def sparing(remedies: tuple[Remedy, ...], measured: Measurement) -> tuple[Remedy, ...]:
    """The remedies; where every row of the table is a violation, setting them aside is offered and not chosen: a rule
    that no row keeps is more likely wrong than the whole table."""
    if measured.violations < measured.rows:
        return remedies
    return tuple(replace(each, chosen=each.chosen and each.kind != "set-aside") for each in remedies)
