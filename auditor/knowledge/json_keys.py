"""Keys inside JSON that get a column of their own: asked for by the configuration, offered elsewhere."""

from auditor.catalog import Action
from auditor.check import Facts
from auditor.intentions import reference_of
from auditor.knowledge.orphans import place_of
from auditor.model import Reference
from auditor.references import AntiJoin
from auditor.remedy import Operation, add_foreign_key, create_index, is_movable, move_json_key


def asked_column(facts: Facts, reference: Reference) -> str | None:
    """The column that the configuration names for this key inside JSON, None where it names none."""
    table = facts.catalog.table(reference.schema, reference.table)
    for each in facts.intended_on(table) if table and reference.json_path else ():
        if each.intention.column and place_of(reference_of(facts.catalog, each)) == place_of(reference):
            return each.intention.column
    return None


def offered_column(join: AntiJoin, reference: Reference) -> str | None:
    """The name that the key has inside JSON, where it is free and a name that a column can have."""
    name = reference.json_path[-1] if reference.json_path else ""
    is_name = name.isprintable() and 0 < len(name.encode()) <= 63
    return name if is_name and not join.table.has_column(name) else None


def moved(join: AntiJoin, reference: Reference, column: str | None, action: Action) -> tuple[Operation, ...]:
    """What gives the key that column: filled, kept in step, indexed, constrained. Empty where it cannot be."""
    (key,) = reference.ref_columns if len(reference.ref_columns) == 1 else (None,)
    if column is None or key is None or not is_movable(join.referenced.column(key)):
        return ()
    if (key,) not in join.referenced.candidate_keys():
        return ()
    table, move = move_json_key(join.table, reference.columns[0], reference.json_path, column, join.referenced, key)
    foreign_key = add_foreign_key(table, (column,), join.referenced, (key,), action)
    return (move, create_index(table, (column,)), foreign_key)
