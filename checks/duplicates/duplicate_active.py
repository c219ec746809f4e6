"""duplicate-active."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Table
from auditor.check import Example, Facts, check
from auditor.config import Keep
from auditor.knowledge.live_rows import LEAST_SINGLE, live_rows, live_where, owners
from auditor.knowledge.naming import soft_delete_marker
from auditor.knowledge.natural_keys import UNIQUE_LOCK, columns_of, intended_keys, key_of, likely_keys, unique_index
from auditor.knowledge.resolutions import Sharing, ended, kept
from auditor.knowledge.wording import counted
from auditor.model import Certainty, Severity, Subject
from auditor.probe import Judgement, KeyProbe, Measurement, Proposed, relation, subject_of


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """At most one live row for each key. `ending` is what ends a row, None where it has to be set aside; `keep` says
    which of several stays."""

    table: Table
    subject: Subject
    keys: tuple[sql.Expression, ...]
    where: sql.Condition
    columns: tuple[str, ...]
    ending: Mapping[str, sql.Expression] | None
    keep: Keep = "newest"
    is_intended: bool = False
    least_single: float = 0.0

    @property
    def condition(self) -> str:
        return sql.render_condition(self.where)

    @property
    def sharing(self) -> Sharing:
        """The rows of the same key."""
        return Sharing(
            table=self.table,
            keys=self.keys,
            where=self.where,
            then=unique_index(self.table, self.keys, self.where),
            ending=self.ending,
            noun="live row",
        )

    def is_kept(self, measured: Measurement) -> bool:
        """Whether enough owners have one live row for this to be a rule."""
        single = measured.population - measured.violations
        return single >= self.least_single * (single + measured.groups)


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""CREATE TABLE reservations (id int PRIMARY KEY, org_id int NOT NULL, status text NOT NULL);
                     INSERT INTO reservations VALUES
                         (1, 1, 'expired'), (2, 1, 'active'), (3, 1, 'active'), (4, 2, 'active'), (5, 2, 'expired')""",
            config="""[[intend]]
                      kind = "unique"
                      table = "public.reservations"
                      columns = ["org_id"]
                      where = "status = 'active'" """,
            finds=["reservations(org_id): 2 of 3"],
        ),
        Example(
            given="""CREATE TABLE orgs (id int PRIMARY KEY);
                     CREATE TABLE plans (id int PRIMARY KEY, org_id int NOT NULL REFERENCES orgs, status text);
                     CREATE INDEX ON plans (org_id);
                     INSERT INTO orgs SELECT generate_series(1, 50);
                     INSERT INTO plans
                     SELECT n, 1 + n % 50, CASE WHEN n <= 51 THEN 'active' ELSE 'expired' END
                     FROM generate_series(1, 250) AS n;
                     ANALYZE""",
            finds=["plans(org_id): 2 of 51"],
            has_plan=False,
            because="statistics alone suggest the rule, so which rows end is a person's decision",
        ),
    ],
)
def duplicate_active(facts: Facts) -> Iterator[KeyProbe]:
    """More than one live row where one is meant: two active reservations of an organisation.

    Why it matters:
        The application reads one of them, and which is chance. A partial unique index cannot be added. The rule is
        plain where the configuration names it (`kind = "unique"` with a `where`); it is inferred where nine in ten
        owners with a live row have just one, and there are about as many live rows as owners.
    False positives:
        Owners that may have several, and seldom do.
    Remedy:
        Keep the newest live row of each owner and end the others, where a status for that is in use; else set them
        aside. Then build the partial unique index. The configuration may say which row stays (`keep`) and what ends
        the others (`end`). Where the rule is only inferred, nothing is done unless you choose it.
    """
    for rule in (*_intended(facts), *_inferred(facts), *_soft_deleted(facts)):
        yield KeyProbe(
            table=rule.table,
            subject=rule.subject,
            keys=rule.keys,
            where=rule.where,
            columns=rule.columns,
            judge=partial(_judge, rule),
            proposes=_proposed(rule),
        )


def _intended(facts: Facts) -> Iterator[_Rule]:
    for each in intended_keys(facts, narrowed=True):
        where = each.intention.where or ""
        live = live_where(each.table, where)
        yield _Rule(
            table=each.table,
            subject=subject_of(each.table, *each.columns, expression=each.expression),
            keys=key_of(each),
            where=live.where if live else sa.literal_column(f"({where})", sa.Boolean()),
            columns=columns_of(each),
            ending=ended(each) or (live.ending if live else None),
            keep=kept(each, "newest"),
            is_intended=True,
        )


def _inferred(facts: Facts) -> Iterator[_Rule]:
    named = {(each.table.oid, each.columns) for each in intended_keys(facts, narrowed=True)}
    for table in facts.catalog.measurable():
        for live in live_rows(table):
            for owner in owners(facts, live):
                if (table.oid, (owner.name,)) not in named:
                    yield _Rule(
                        table=table,
                        subject=subject_of(table, owner.name),
                        keys=(relation(table).c[owner.name],),
                        where=live.where,
                        columns=(owner.name, live.column.name),
                        ending=live.ending,
                        least_single=LEAST_SINGLE,
                    )


def _soft_deleted(facts: Facts) -> Iterator[_Rule]:
    """Keys of the rows that are alive, in tables with soft delete: what is deleted may be there again."""
    for table in facts.catalog.measurable():
        marker = soft_delete_marker(table)
        for column in likely_keys(facts, table) if marker else ():
            assert marker is not None
            yield _Rule(
                table=table,
                subject=subject_of(table, column.name),
                keys=(relation(table).c[column.name],),
                where=relation(table).c[marker.name].is_(None),
                columns=(column.name, marker.name),
                ending={marker.name: sa.func.now()},
                least_single=facts.config.thresholds.near_unique,
            )


def _proposed(rule: _Rule) -> Proposed:
    keys = ", ".join(sql.render_condition(key) for key in rule.keys)
    return Proposed(
        kind="unique",
        subject=rule.subject,
        definition=f"UNIQUE ({keys}) WHERE {rule.condition}",
        lock=UNIQUE_LOCK,
        intended=rule.is_intended,
    )


def _judge(rule: _Rule, measured: Measurement) -> Judgement | None:
    if not measured.violations or not rule.is_kept(measured):
        return None
    remedies = rule.sharing.resolutions(rule.keep, chosen=rule.is_intended)
    summary = remedies[0].summary
    return Judgement(
        message=f"{rule.subject} has several rows where {rule.condition}: {counted(measured.violations, 'row')} share "
        f"{counted(measured.groups, 'key')}",
        hint=f"{summary[0].upper()}{summary[1:]}, then build the partial unique index",
        severity=Severity.BLOCKER if rule.is_intended else Severity.WARNING,
        certainty=Certainty.PROVEN if rule.is_intended else Certainty.INFERRED,
        remedies=remedies,
        parameters=(rule.condition,),
    )
