"""`auditor.toml`: the command line's names, and what a database cannot say of itself."""

import difflib
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from auditor.errors import AuditorError

Samples = Literal["none", "keys", "masked", "raw"]
PlanFormat = Literal["psql", "steps", "alembic"]
Keep = Literal["oldest", "newest", "most-complete"]
FailOn = Literal["blocker", "warning", "advice", "never"]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Number = Annotated[int, msgspec.Meta(ge=0)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of auditor.toml: an unknown key is an error."""


class Thresholds(_Part, frozen=True, kw_only=True):
    """Where a rule starts to hold. Shares are between 0 and 1."""

    null_share: Share = 0.01
    """null-in-intended-not-null: a column is meant to be NOT NULL where at most this share of its rows is NULL …"""
    null_rows: Number = 1000
    """… in a table of at least this many rows."""
    near_unique: Share = 0.995
    """duplicate-key: a column is meant to be a key where at least this share of its values is distinct …"""
    near_unique_rows: Number = 100
    """… in a table of at least this many rows."""
    reference_confidence: Share = 0.6
    """orphaned-reference: references below this confidence are not measured."""
    blocker_confidence: Share = 0.8
    """orphaned-reference: a finding on an inferred reference is a blocker from this confidence on."""


class Columns(_Part, frozen=True, kw_only=True):
    """What columns hold, as `schema.table.column` globs, where their names say nothing, or the wrong thing."""

    email: tuple[str, ...] = ()
    not_email: tuple[str, ...] = ()


class Api(_Part, frozen=True, kw_only=True):
    """Roles that outsiders act as, and schemas that they can name. None: found in the database."""

    roles: tuple[str, ...] | None = None
    schemas: tuple[str, ...] | None = None


class References(_Part, frozen=True, kw_only=True):
    """Overruling the inference, as `table(column) -> table(column)` texts, and helping it.

    `actor_table` is the table that `created_by`, `approver_id` and the like name; `aliases` are what columns call
    tables: `cust` for `public.customers`.
    """

    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    actor_table: str | None = None
    aliases: dict[str, str] = {}


class Intention(_Part, frozen=True, kw_only=True):
    """A constraint of the coming migration.

    `table` is `schema.table` (parts in double quotes where they hold a dot); `references` is `schema.table(column)`;
    `expression` stands for the column of a foreign key that lies inside JSON (`metadata->>'call_id'`), which `column`
    is to hold; `expressions` for columns of a unique key (`lower(email)`), which `where` narrows; `condition` is the
    CHECK's; `fill` is the SQL expression that replaces NULL, `nulls` what becomes of NULLs otherwise; `keep` is which
    row of each key stays, `end` the SQL expressions, by column, that end the others instead of setting them aside.
    """

    kind: Literal["not-null", "foreign-key", "unique", "check"]
    table: str
    columns: tuple[str, ...] = ()
    references: str | None = None
    expression: str | None = None
    column: str | None = None
    expressions: tuple[str, ...] = ()
    where: str | None = None
    condition: str | None = None
    fill: str | None = None
    nulls: Literal["set-aside", "decide"] | None = None
    keep: Keep | None = None
    end: dict[str, str] = {}
    on_delete: Literal["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"] = "NO ACTION"


class Config(_Part, frozen=True, kw_only=True):
    """All of it, with the defaults. `timeout` (a statement) and `budget` (the audit) are seconds.

    `remedies` are the kinds of those that the plan is to run, by the finding's fingerprint; `none` for no remedy.
    """

    schema: tuple[str, ...] = ()
    table: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    format: tuple[str, ...] = ("html", "json", "sql")
    plan_format: PlanFormat = "psql"
    out: str = "audit"
    jobs: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None
    timeout: Annotated[float, msgspec.Meta(ge=0.1)] = 600.0
    budget: Annotated[float, msgspec.Meta(ge=0)] = 3600.0
    fail_on: FailOn = "blocker"
    samples: Samples = "keys"
    thresholds: Thresholds = Thresholds()
    columns: Columns = Columns()
    api: Api = Api()
    references: References = References()
    remedies: dict[str, str] = {}
    intend: tuple[Intention, ...] = ()

    @property
    def connections(self) -> int:
        """How many connections scan: `jobs`, else one for each processor, at most four."""
        return self.jobs or min(4, os.cpu_count() or 1)

    def differences(self) -> dict[str, str]:
        """What differs from the defaults, as text, for the report; without what only names the output.

        Constraints of the coming migration are counted only: each has its row in the readiness matrix.
        """
        default = msgspec.to_builtins(Config())
        own = msgspec.to_builtins(self)
        changed = {
            name: msgspec.json.encode(value).decode()
            for name, value in own.items()
            if value != default[name] and name not in ("out", "format", "plan-format", "intend")
        }
        return changed | ({"intend": f"{len(self.intend)} constraints"} if self.intend else {})


def load_config(path: Path) -> Config:
    """The configuration in that file. Raises AuditorError that names the place; for an unknown key the nearest."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AuditorError(f"{path} cannot be read: {error}", "name a readable auditor.toml with --config") from None
    return parse_config(text, str(path))


def parse_config(text: str, source: str = "auditor.toml") -> Config:
    """The configuration in that text; `source` names it in errors."""
    try:
        values = tomllib.loads(text)
        return msgspec.convert(values, Config)
    except tomllib.TOMLDecodeError as error:
        raise AuditorError(f"{source} is not TOML: {error}", "mend the line it names") from None
    except msgspec.ValidationError as error:
        raise AuditorError(f"{source}: {_plain(str(error))}", _nearest(str(error))) from None


def _plain(message: str) -> str:
    return message.replace("Object contains unknown field", "unknown key").replace("`$.", "`").replace("`$`", "the top")


def _nearest(message: str) -> str:
    unknown = re.search(r"unknown field `([^`]*)`", message)
    if unknown is None:
        return "see docs/configuration.md"
    known = sorted({name for part in _PARTS for name in _field_names(part)})
    return nearest(unknown[1], known)


def nearest(wrong: str, known: Sequence[str]) -> str:
    """The hint for a name that is none of `known`."""
    near = difflib.get_close_matches(wrong, known, n=1, cutoff=0.0)
    return f"did you mean `{near[0]}`?"


_PARTS: tuple[type[_Part], ...] = (Config, Thresholds, Columns, Api, References, Intention)


def _field_names(part: type[_Part]) -> list[str]:
    return [each.encode_name for each in msgspec.structs.fields(part)]


@dataclass(frozen=True, slots=True)
class ColumnsOf:
    """A table and some of its columns, as a text in the configuration names them."""

    schema: str
    table: str
    columns: tuple[str, ...] = field(default=())


_PART = r'(?:"(?:[^"]|"")+"|[^".()]+)'
_NAMED = re.compile(rf"\s*({_PART})\.({_PART})\s*(?:\(([^)]*)\))?\s*")


def parse_columns(text: str) -> ColumnsOf:
    """`schema.table` or `schema.table(column, …)`; parts in double quotes where they hold a dot or a bracket."""
    match = _NAMED.fullmatch(text)
    if match is None:
        raise AuditorError(f"{text!r} names no table", "write schema.table or schema.table(column)")
    columns = tuple(_unquoted(part.strip()) for part in (match[3] or "").split(",") if part.strip())
    return ColumnsOf(_unquoted(match[1].strip()), _unquoted(match[2].strip()), columns)


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') and part.endswith('"') else part


def overridden(config: Config, **changes: Any) -> Config:
    """The configuration with these values in place of its own; None and empty lists change nothing, one text stands for
    a list of it.

    Raises AuditorError for a name that is no option, and for a value that it cannot have.
    """
    known = {each.name for each in msgspec.structs.fields(Config)}
    for name in changes:
        if name not in known:
            raise AuditorError(f"there is no option {name!r}", nearest(name, sorted(known)))
    given = {name: value for name, value in changes.items() if value is not None and value not in ((), [])}
    lists = {name for name in known if isinstance(getattr(Config(), name), tuple)}
    values = {name: [value] if name in lists and isinstance(value, str) else value for name, value in given.items()}
    try:
        return msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(config, **values)), Config)
    except (msgspec.ValidationError, TypeError) as error:
        raise AuditorError(f"the options are wrong: {_plain(str(error))}", "see docs/configuration.md") from None
