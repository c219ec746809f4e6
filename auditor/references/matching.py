"""How a value is compared with a key, and with what lies beside it: by the key's own operator and type, guarded."""

from auditor import sql
from auditor.references.candidate import Candidate, Place
from auditor.references.ranges import WHOLE
from auditor.sql import Sql

UUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
INTEGER_PATTERN = "^-?[0-9]{1,18}$"
_LEAST_NUMBER = -(2**63)


def match(candidate: Candidate) -> Sql:
    """`ref.key = value` by the key's own operator and type, so that its index serves; casts are guarded."""
    key = candidate.key.column
    operator = key.type.equality
    symbol = "="
    if operator is not None and operator.schema != "pg_catalog":
        symbol = f"OPERATOR({sql.quote(operator.schema)}.{operator.name})"
    return Sql(f"ref.{sql.quote(key.name)} {symbol} {_cast(candidate)}")


def below(candidate: Candidate, table: Sql) -> Sql:
    """Whether the number just below is a key; nothing where nobody asks, as planning takes as long as looking up. Below
    the least number there is none."""
    if not may_fall_into_gaps(candidate):
        return Sql("NULL::boolean")
    return sql.compose(
        """(SELECT true FROM {table} AS ref
    WHERE ref.{key} = nullif(greatest({value}, {least}), {least}) - {step} LIMIT 1)""",
        table=table,
        key=sql.name(candidate.key.column.name),
        value=Sql(_cast(candidate)),
        least=_LEAST_NUMBER + candidate.key.step,
        step=candidate.key.step,
    )


def may_fall_into_gaps(candidate: Candidate) -> bool:
    """Whether a column of numbers is looked up among such, some of which are left out."""
    are_whole = candidate.place.is_plain and {candidate.place.family, candidate.key.family} <= WHOLE
    return are_whole and candidate.key.has_gaps


def _cast(candidate: Candidate) -> str:
    return f"CAST({_guarded(candidate.place, candidate.key.family)} AS {_type_of(candidate)})"


def _guarded(place: Place, family: str) -> str:
    is_text = place.path or place.family != family
    if is_text and family == "uuid":
        return f"CASE WHEN v.value ~ {sql.literal(UUID_PATTERN)} THEN v.value END"
    if is_text and family in ("integer", "numeric"):
        value = "regexp_replace(v.value, '[.]0+$', '')" if place.family == "numeric" else "v.value"
        return f"CASE WHEN {value} ~ {sql.literal(INTEGER_PATTERN)} THEN {value} END"
    return "rtrim(v.value, ' ')" if place.column.type.base == "bpchar" else "v.value"


def _type_of(candidate: Candidate) -> str:
    key = candidate.key.column.type
    if key.family == "integer":
        return "bigint"
    if key.base in ("varchar", "name"):
        return "text"
    return sql.quote(key.base_schema, key.base)
