"""The foreign key that a reference asks for, as a row of the readiness matrix; where there can be none, what else."""

from auditor import sql
from auditor.check import Facts
from auditor.knowledge.orphans import FOREIGN_KEY_LOCK, intended_action, lacking_in, subject_of_reference
from auditor.model import Reference
from auditor.probe import Proposed
from auditor.references import AntiJoin
from auditor.references.expressions import condition_of


def proposed_key(facts: Facts, reference: Reference, join: AntiJoin) -> Proposed:
    """The foreign key that the reference asks for; where none can be declared, what can be done instead."""
    if reference.when is not None or reference.is_array:
        return _proposed_instead(reference, join)
    if lacking := lacking_in(join.referenced, reference.ref_columns):
        return _proposed_beside(reference, join, lacking)
    key = reference.expression or ", ".join(sql.quote(column) for column in reference.columns)
    target = sql.quote(reference.ref_schema, reference.ref_table)
    columns = ", ".join(sql.quote(column) for column in reference.ref_columns)
    return Proposed(
        kind="foreign-key",
        subject=subject_of_reference(join, reference),
        definition=f"FOREIGN KEY ({key}) REFERENCES {target} ({columns})",
        lock=FOREIGN_KEY_LOCK,
        intended=intended_action(facts, reference) is not None,
    )


def _proposed_instead(reference: Reference, join: AntiJoin) -> Proposed:
    """A generated column for each type, each with its foreign key; a table for the elements of an array."""
    target = f"{sql.quote(reference.ref_schema, reference.ref_table)} ({sql.quote(reference.ref_columns[0])})"
    column = sql.quote(reference.columns[0])
    definition = f"a table of its own, a row for each of unnest({column}), with FOREIGN KEY REFERENCES {target}"
    lock = "none on the referencing table until the application reads the new one"
    if reference.when is not None:
        case = f"CASE WHEN {condition_of(reference.when)} THEN {column} END"
        definition = f"a column GENERATED ALWAYS AS ({case}) STORED REFERENCES {target}"
        lock = "ACCESS EXCLUSIVE on the referencing table while it is rewritten"
    subject = subject_of_reference(join, reference)
    return Proposed(kind="foreign-key", subject=subject, definition=definition, lock=lock)


def _proposed_beside(reference: Reference, join: AntiJoin, lacking: str) -> Proposed:
    """A foreign key that holds what the referenced table is partitioned by, too."""
    key = reference.expression or ", ".join(sql.quote(column) for column in reference.columns)
    target = sql.quote(reference.ref_schema, reference.ref_table)
    return Proposed(
        kind="foreign-key",
        subject=subject_of_reference(join, reference),
        definition=f"a column for {lacking} of the row in {target}, and a FOREIGN KEY of {key} and that column",
        lock=FOREIGN_KEY_LOCK,
    )
