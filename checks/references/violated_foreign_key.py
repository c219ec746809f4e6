"""violated-foreign-key."""

from collections.abc import Iterator
from functools import partial

from auditor.check import Example, Facts, check
from auditor.knowledge.back_fills import is_asked_for
from auditor.knowledge.foreign_keys import DeclaredKey, declared_keys
from auditor.knowledge.orphans import referenced_text
from auditor.knowledge.relinks import declared_clean_ups, of_them_near
from auditor.knowledge.restraint import sparing
from auditor.knowledge.wording import counted
from auditor.model import Severity
from auditor.probe import Judgement, Measurement, ReferenceProbe
from auditor.remedy import reopen_constraint


@check(
    severity=Severity.BLOCKER,
    examples=[
        Example(
            given="""CREATE TABLE orgs (id int PRIMARY KEY);
                     CREATE TABLE members (id int PRIMARY KEY, org_id int NOT NULL REFERENCES orgs);
                     CREATE INDEX ON members (org_id);
                     INSERT INTO orgs VALUES (1), (2);
                     SET session_replication_role = replica;
                     INSERT INTO members VALUES (1, 1), (2, 2), (3, 7);
                     RESET session_replication_role""",
            finds=['members(org_id) "members_org_id_fkey": 1 of 3'],
            superuser=True,
            reversible=False,
            because="a key that was validated and violated comes back NOT VALID: its rows would not pass otherwise",
        )
    ],
)
def violated_foreign_key(facts: Facts) -> Iterator[ReferenceProbe]:
    """A validated foreign key that rows violate all the same.

    Why it matters:
        Rows loaded with `session_replication_role = replica`, with triggers disabled, or damaged: PostgreSQL takes the
        key for valid, `VALIDATE` does nothing, and a dump of this table does not restore its foreign key.
    False positives:
        None: the rows are counted with the key's own operators and its own match type.
    Remedy:
        Spell a text as the one referenced row does that it differs from by case, accents or blanks alone; for the
        others what the key's own ON DELETE says would have happened: set the columns NULL, or set the rows aside.
    """
    for key in declared_keys(facts, holding=True):
        yield ReferenceProbe(
            **key.join.parts,
            subject=key.subject,
            judge=partial(_judge, facts, key),
            counts_keys=is_asked_for(facts),
            reference=key.reference,
        )


def _judge(facts: Facts, key: DeclaredKey, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    then = (reopen_constraint(key.table, key.constraint),)
    remedies = sparing(declared_clean_ups(facts, key, then, measured), measured)
    return Judgement(
        message=f"{key.subject} is validated and finds no row in {referenced_text(key.reference)} for "
        f"{measured.violations:,} of {counted(measured.population, 'key')}{of_them_near(measured)}",
        hint=f"{remedies[0].summary[0].upper()}{remedies[0].summary[1:]}, and look for what loads rows past the key",
        remedies=remedies,
    )
