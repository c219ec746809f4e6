"""References between tables: declared by a foreign key, or inferred from names, statistics and rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencedSide:
    """Where a finding's reference leads, as the report shows it beside the finding."""

    schema: str
    table: str
    columns: tuple[str, ...]
    declared: bool
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Of which rows a reference speaks: those whose `column` holds one of `values` (`commentable_type`: `Post`)."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another key that the same column may refer to, about as likely: `confidence` and `evidence` as a reference has
    them."""

    ref_schema: str
    ref_table: str
    ref_columns: tuple[str, ...]
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An inclusion dependency: the values of `columns` (or `expression`) occur among `ref_columns`.

    `expression` (`metadata->>'call_id'`) is set where the key lies inside a value; `columns` then names the column
    that holds it. `confidence` is 1.0 for declared ones. `constraint` is the foreign key's name where declared.
    `json_path` holds the keys to follow inside the column, outermost first: `("call_id",)`. `when` is set where the
    column refers to several tables, one by each type (polymorphic); `is_array` where it holds many keys. For these
    three no foreign key can be declared as things stand. `alternatives`, three at most, are there where it is
    ambiguous: then this is the likeliest of them, and nothing is measured before somebody says which.
    """

    schema: str
    table: str
    columns: tuple[str, ...]
    expression: str | None = None
    ref_schema: str
    ref_table: str
    ref_columns: tuple[str, ...]
    declared: bool
    confidence: float
    evidence: tuple[str, ...] = ()
    constraint: str | None = None
    json_path: tuple[str, ...] = ()
    when: When | None = None
    is_array: bool = False
    alternatives: tuple[Alternative, ...] = ()

    @property
    def likelihood(self) -> float:
        """How sure it is that the column refers to this key, or to one of the alternatives."""
        return self.confidence + sum(each.confidence for each in self.alternatives)

    @property
    def is_plain(self) -> bool:
        """Whether columns alone hold the key, as a foreign key needs it."""
        return not self.json_path and not self.is_special

    @property
    def is_special(self) -> bool:
        """Whether it holds for some rows alone, or many times in one."""
        return self.when is not None or self.is_array

    @property
    def columns_read(self) -> tuple[str, ...]:
        """The columns, and the one that says which rows are meant."""
        return self.columns if self.when is None else (*self.columns, self.when.column)

    @property
    def referenced(self) -> ReferencedSide:
        """The side that a finding on this reference shows."""
        return ReferencedSide(
            schema=self.ref_schema,
            table=self.ref_table,
            columns=self.ref_columns,
            declared=self.declared,
            confidence=self.confidence,
            evidence=self.evidence,
        )
