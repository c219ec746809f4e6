"""References that rows may violate: which are measured, and what can be done about their orphans."""

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from auditor.catalog import Action, Constraint, Table
from auditor.catalog.estimates import distinct_share
from auditor.check import Facts
from auditor.intentions import reference_of
from auditor.knowledge.back_fills import are_comparable, back_fills
from auditor.knowledge.naming import words
from auditor.knowledge.nullability import is_settable
from auditor.model import Reference, Subject, printable
from auditor.probe import Measurement, OrphanName, subject_of
from auditor.references import AntiJoin, anti_join
from auditor.references.anti_join import meant
from auditor.remedy import Operation, Referral, Remedy, add_foreign_key, add_unique, assign, create_index, set_aside

FOREIGN_KEY_LOCK = "SHARE ROW EXCLUSIVE on both tables for milliseconds: writes wait; then reads and writes go on"

_Place = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def place_of(reference: Reference) -> _Place:
    """Where the key stands."""
    return (reference.schema, reference.table, reference.columns, reference.json_path)


def undeclared(facts: Facts) -> Iterator[Reference]:
    """The references without a foreign key that are worth measuring: those of the configuration, and those inferred
    with enough confidence; none of which it is open where they lead."""
    least = facts.config.thresholds.reference_confidence
    known = (each for each in facts.references if not (each.declared or each.alternatives))
    return (each for each in known if each.confidence >= least)


def referrals(facts: Facts, chosen: Collection[Reference]) -> tuple[Referral, ...]:
    """The inferred references that are as good as declared, and those `chosen` by a person: what refers to a row that a
    plan sets aside.

    Left out are those from views, whose rows follow by themselves, from other servers, and arrays, of which one element
    goes and not the row.
    """
    least = facts.config.thresholds.blocker_confidence
    inferred = (each for each in facts.references if not (each.declared or each.is_array))
    sure = (each for each in inferred if each.confidence >= least or each in chosen)
    joins = ((each, anti_join(facts.catalog, each)) for each in sure)
    return tuple(
        Referral(
            reference=each,
            table=join.table,
            referenced=join.referenced,
            target=join.target,
            match=sa.and_(join.match, *meant(join.table, each)),
            let_go=() if intended_action(facts, each) == "CASCADE" else settable(facts, join, None),
        )
        for each, join in joins
        if join is not None and join.table.kind in ("table", "partitioned")
    )


def intended_action(facts: Facts, reference: Reference) -> Action | None:
    """The ON DELETE of the foreign key that the configuration names at this place, None where it names none."""
    table = facts.catalog.table(reference.schema, reference.table)
    for each in facts.intended_on(table) if table else ():
        if each.kind == "foreign-key" and place_of(reference_of(facts.catalog, each)) == place_of(reference):
            return each.intention.on_delete
    return None


def subject_of_reference(join: AntiJoin, reference: Reference) -> Subject:
    """The referencing columns, or the expression that stands for one."""
    return subject_of(join.table, *reference.columns, expression=reference.expression)


def referenced_text(reference: Reference) -> str:
    """`public.calls(id)`."""
    return str(
        Subject(kind="key", schema=reference.ref_schema, table=reference.ref_table, columns=reference.ref_columns)
    )


def is_declared(table: Table, referenced: Table, reference: Reference) -> bool:
    """Whether the table has such a foreign key by now."""
    return any(
        {*zip(key.columns, key.referenced_columns, strict=False)}
        == {*zip(reference.columns, reference.ref_columns, strict=False)}
        for key in table.foreign_keys()
        if key.referenced_oid == referenced.oid and reference.is_plain
    )


def obstacles(table: Table, referenced: Table, reference: Reference) -> tuple[str, ...]:
    """What a foreign key needs first, as sentences' ends; empty where it can be declared as things stand."""
    if reference.json_path:
        return ("the key needs a column of its own, filled from the JSON value",)
    if reference.when is not None:
        return ("these rows' key needs a column of its own, which a generated one can be",)
    if reference.is_array:
        return ("the keys need a table of their own, a row for each element",)
    found = []
    for column, key in zip(reference.columns, reference.ref_columns, strict=True):
        types = table.column(column).type, referenced.column(key).type
        if not are_comparable(*types):
            found.append(f"{column} needs the type of {key}: {types[1].name} instead of {types[0].name}")
    if lacking := lacking_in(referenced, reference.ref_columns):
        found.append(
            f"each unique key of {referenced.schema}.{referenced.name} has to contain {lacking}, by which it is "
            f"partitioned, so the reference needs a column for that, too"
        )
    elif not _has_key(referenced, reference.ref_columns):
        found.append(f"{referenced_text(reference)} needs a unique constraint")
    return tuple(found)


def _has_key(referenced: Table, columns: tuple[str, ...]) -> bool:
    return any({*key} == {*columns} for key in referenced.candidate_keys())


def lacking_in(referenced: Table, columns: tuple[str, ...]) -> str:
    """The columns by which that table is partitioned and that are not among these: no unique key goes without them."""
    return ", ".join(each.name for each in referenced.columns if each.places_rows and each.name not in columns)


def declaration(
    table: Table, referenced: Table, reference: Reference, on_delete: Action = "NO ACTION"
) -> tuple[Operation, ...]:
    """Declares the reference: the unique key and the index that it needs, then the foreign key.

    Empty where there is more in the way than a unique constraint on values that the statistics call distinct.
    """
    if not reference.is_plain:
        return ()
    lacks_key = not (_has_key(referenced, reference.ref_columns) or lacking_in(referenced, reference.ref_columns))
    if len(obstacles(table, referenced, reference)) > lacks_key:
        return ()
    if lacks_key and not _seems_unique(referenced, reference.ref_columns):
        return ()
    key = (add_unique(referenced, reference.ref_columns),) if lacks_key else ()
    index = () if table.finds(reference.columns) else (create_index(table, reference.columns),)
    foreign_key = add_foreign_key(table, reference.columns, referenced, reference.ref_columns, on_delete)
    return (*key, *index, foreign_key)


def then_declare(join: AntiJoin, reference: Reference, column: str | None) -> str:
    """How a hint ends that mends the orphans: what a foreign key needs beside that. `column` is the one that a key
    inside JSON gets."""
    if column is not None:
        return f", give the key a column of its own, {printable(column)}, and declare the foreign key"
    needed = "; ".join(obstacles(join.table, join.referenced, reference))
    if declaration(join.table, join.referenced, reference):
        return ", then declare the foreign key" + (f"; before that: {needed}" if needed else "")
    return f"; a foreign key needs more: {needed}"


def _seems_unique(table: Table, columns: tuple[str, ...]) -> bool:
    shares = [distinct_share(table, table.column(column)) for column in columns]
    return any(share is not None and share > 0.9999 for share in shares)


def clean_ups(  # noqa: PLR0917
    facts: Facts,
    join: AntiJoin,
    action: Action,
    constraint: Constraint | None,
    then: tuple[Operation, ...],
    measured: Measurement,
    *,
    kind: OrphanName = "plain",
) -> tuple[Remedy, ...]:
    """What can be done about the orphans of one kind, the chosen remedy first; `then` are the operations that follow.

    `action` is the declared or intended ON DELETE: with CASCADE the rows go, else the least destruction is chosen:
    NULL where the column may hold it, and setting aside elsewhere. Rows are made only where somebody asks for it.
    """
    columns, violation = settable(facts, join, constraint), join.violation_of(kind)
    aside = (set_aside(join.table, violation), *then)
    made = back_fills(facts, join, constraint, then, measured.groups or None) if kind == "plain" else ()
    if not columns:
        return (Remedy(kind="set-aside", summary="set the orphans aside", operations=aside), *made)
    nulls = {column: sa.null() for column in columns}
    nulled = (assign(join.table, nulls, violation), *then)
    cascades = action == "CASCADE"
    by_null = Remedy(kind="set-null", summary="set their key to NULL", operations=nulled, chosen=not cascades)
    by_removal = Remedy(kind="set-aside", summary="set the orphans aside", operations=aside, chosen=cascades)
    return (by_removal, by_null, *made) if cascades else (by_null, by_removal, *made)


def can_be_relinked(join: AntiJoin) -> bool:
    """Whether near misses can be spelled as the row that they mean: a text of its own that no unique key holds."""
    column = join.table.column(join.columns[0])
    in_key = any(index.unique and column.name in index.columns for index in join.table.indexes)
    return bool(join.table.row_key()) and column.type.family == "text" and not column.generated and not in_key


def settable(facts: Facts, join: AntiJoin, constraint: Constraint | None) -> tuple[str, ...]:
    """The columns to set NULL. One is enough but for MATCH FULL; one that other references use as well stays as it is
    (a tenant's id that is part of every key). None where no key would find the old row again: such rows go."""
    if not join.table.row_key():
        return ()
    columns = tuple(column for column in join.columns if is_settable(facts, join.table, column))
    if join.table.column(join.columns[0]).type.family == "json":
        return ()
    if constraint is not None and constraint.match_full:
        return columns if columns == join.columns else ()
    if len(join.pairs) == 1:
        kept = columns if _is_pair(join) else columns[:1]
        return kept if join.columns[0] in kept else ()
    elsewhere = (each.columns for each in facts.references_of(join.table) if {*each.columns} != {*join.columns})
    shared = {column for others in elsewhere for column in others}
    return tuple(column for column in columns if column not in shared)


def _is_pair(join: AntiJoin) -> bool:
    """Whether the second column says nothing but where the first one leads (`owner_id`, `owner_type`): without the key
    it is meant to be NULL as well. A row's kind stays."""
    return len({words(column)[:-1] for column in join.columns}) == 1
