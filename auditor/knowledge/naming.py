"""What the names of tables and columns say about what they hold."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from auditor.catalog import Catalog, Column, Table
from auditor.catalog.estimates import sample
from auditor.config import Config

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `billing_Email2` and `billingEmail` are both (billing, email)."""
    return tuple(word.lower() for part in _CAMEL.split(name) for word in _WORD.findall(part))


# What may stand after the word e-mail without making it another thing: an `email_template` is no address.
_EMAIL_QUALIFIERS = frozenset(
    ("address", "addr", "primary", "secondary", "work", "home", "private", "personal", "business", "normalized")
)


def email_columns(catalog: Catalog, config: Config) -> Iterator[tuple[Table, Column]]:
    """The columns in scope that hold one e-mail address each: by name and type, or because the configuration says."""
    return ((table, column) for table in catalog.measurable() for column in email_columns_of(table, config))


def email_columns_of(table: Table, config: Config) -> Iterator[Column]:
    """Those of one table."""
    return (each for each in table.columns if each.type.family == "text" and _holds_email(table, each, config))


def _holds_email(table: Table, column: Column, config: Config) -> bool:
    name = f"{table.schema}.{table.name}.{column.name}"
    if any(fnmatchcase(name, glob) for glob in config.columns.not_email):
        return False
    if any(fnmatchcase(name, glob) for glob in config.columns.email):
        return True
    return names_email(column.name) and not _is_refuted(column)


def names_email(name: str) -> bool:
    """Whether a column of that name holds addresses: its last word, qualifiers aside, is e-mail."""
    parts = [*words(name)]
    while parts and parts[-1] in _EMAIL_QUALIFIERS:
        parts.pop()
    return (
        parts[-1:] in (["email"], ["emailaddress"])
        or parts in (["mail"], ["mailaddress"])
        or parts[-2:]
        == [
            "e",
            "mail",
        ]
    )


def _is_refuted(column: Column) -> bool:
    """Whether the statistics know values of it, and hardly one is an address."""
    values = sample(column)
    return len(values) >= 10 and sum("@" in value for value in values) * 2 < len(values)


_PEOPLE = frozenset(
    """
    account admin administrator agent applicant author candidate client collaborator contact creator customer donor
    employee guest lead member participant patient patron person people player profile recipient signup staff student
    subscriber supporter teacher tenant user vendor visitor volunteer waitlist
    """.split()  # noqa: SIM905
)


def is_about_people(table: Table) -> bool:
    """Whether a row of the table stands for somebody with an address of their own."""
    return bool(_PEOPLE.intersection(_singular(words(table.name)[-1:])))


def is_own_email(table: Table, column: Column) -> bool:
    """Whether the column is the row's own address (`users.email`) and not somebody else's (`users.manager_email`)."""
    other = {*words(column.name)} - _EMAIL_QUALIFIERS - {"e", "email", "mail", "emailaddress", "mailaddress", "login"}
    return other <= {*words(table.name), *_singular(words(table.name))}


def _singular(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name[:-1] if name.endswith("s") and not name.endswith("ss") else name for name in names)


_ENDS = frozenset(
    """
    archived cancelled canceled closed completed deactivated deleted disabled discarded dismissed done end ended
    expire expired expires expiry finish finished inactive left purged read removed resolved retired returned revoked
    seen stopped superseded terminated through until used valid
    """.split()  # noqa: SIM905
)
_DATES = frozenset(("date", "timestamp", "timestamptz", "time", "timetz"))
_UPWARD = frozenset(("parent", "root", "previous", "prev", "next", "predecessor", "successor", "origin", "original"))


def marks_end(column: Column) -> bool:
    """Whether NULL says that it has not happened yet: `deleted_at`, `ended_at`, `valid_until`."""
    return column.type.base in _DATES and not _ENDS.isdisjoint(words(column.name))


def points_upward(column: Column) -> bool:
    """Whether NULL marks the top or the end of a chain: `parent_id`, `next_id`."""
    return not _UPWARD.isdisjoint(words(column.name))


_DELETED = frozenset(("deleted", "archived", "removed", "discarded"))


def soft_delete_marker(table: Table) -> Column | None:
    """The column whose NULL says that the row is alive (`deleted_at`), None where there is none."""
    for column in table.columns:
        if not column.not_null and column.type.base in _DATES and not _DELETED.isdisjoint(words(column.name)):
            return column
    return None


_KEYS = frozenset(
    """
    code ean guid handle iban id identifier imei isbn issn key login nickname no nr num number ref reference serial
    sku slug ssn token upc url uuid vin
    """.split()  # noqa: SIM905
)
_MEASURES = frozenset(
    """
    age altitude amount area average avg balance bytes checksum cost count credit credits debit depth digest distance
    duration elapsed embedding fee hash height lat latitude length level limit lng lon longitude mass max median min
    offset percent percentage points position price progress quantity rank rate ratio revenue salary score seconds
    sequence size sort speed sum tax temperature total value version volume weight width
    """.split()  # noqa: SIM905
)
_PROSE = frozenset(
    """
    about abstract address answer bio biography body caption comment comments content description excerpt explanation
    headline html instructions label message name note notes path question reason remark response review street
    subject summary text title transcript
    """.split()  # noqa: SIM905
)

_SHARED = frozenset(("fax", "mobile", "phone", "postal", "postcode", "session", "telephone", "zip", "zipcode"))


def names_key(name: str) -> bool:
    """Whether the last word says key: `order_number`, `sku`, `username`."""
    return bool({*words(name)[-1:]} & _KEYS) or words(name)[-1:] in (("username",), ("hostname",), ("subdomain",))


def names_measure(name: str) -> bool:
    """Whether the name says that values may coincide without meaning anything: amounts, prose, telephones, digests."""
    named = {*words(name)}
    return not _SHARED.isdisjoint(named) or (not (_MEASURES | _PROSE).isdisjoint(named) and not names_key(name))


_SPELLED = frozenset(("email", "label", "name", "title"))


def names_by_words(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether a key is a name that people write: what differs from it may be misspelled."""
    return any(
        table.column(each).type.family == "text" and not _SPELLED.isdisjoint(words(each)[-1:]) for each in columns
    )
