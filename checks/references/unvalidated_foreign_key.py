"""unvalidated-foreign-key."""

from collections.abc import Iterator
from dataclasses import replace
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
from auditor.remedy import Remedy, validate_constraint


@check(
    severity=Severity.BLOCKER,
    examples=[
        Example(
            given="""CREATE TABLE users (id int PRIMARY KEY);
                     CREATE TABLE referrals (id int PRIMARY KEY, referrer_id int NOT NULL);
                     CREATE INDEX ON referrals (referrer_id);
                     INSERT INTO users VALUES (1), (2);
                     INSERT INTO referrals VALUES (1, 1), (2, 2), (3, 9);
                     ALTER TABLE referrals ADD FOREIGN KEY (referrer_id) REFERENCES users NOT VALID""",
            finds=['referrals(referrer_id) "referrals_referrer_id_fkey": 1 of 3'],
            variants=("plain", "quoted", "schema"),
            because="a partitioned table takes NOT VALID foreign keys from 18 on only",
        ),
        Example(
            given="""CREATE TABLE users (id int PRIMARY KEY);
                     CREATE TABLE referrals (id int PRIMARY KEY, referrer_id int NOT NULL);
                     CREATE INDEX ON referrals (referrer_id);
                     INSERT INTO users VALUES (1), (2);
                     INSERT INTO referrals VALUES (1, 1), (2, 2);
                     ALTER TABLE referrals ADD FOREIGN KEY (referrer_id) REFERENCES users NOT VALID""",
            finds=['referrals(referrer_id) "referrals_referrer_id_fkey": 0 of 2'],
            variants=("plain", "quoted", "schema"),
            because="a partitioned table takes NOT VALID foreign keys from 18 on only",
        ),
        Example(
            given="""CREATE TABLE users (id int PRIMARY KEY);
                     CREATE TABLE referrals (
                         id int PRIMARY KEY,
                         referrer_id int REFERENCES users ON DELETE SET NULL NOT ENFORCED
                     );
                     CREATE INDEX ON referrals (referrer_id);
                     INSERT INTO users VALUES (1), (2);
                     INSERT INTO referrals VALUES (1, 1), (2, NULL), (3, 9)""",
            finds=['referrals(referrer_id) "referrals_referrer_id_fkey": 1 of 2'],
            minimum_version=18,
            has_plan=False,
            variants=("plain", "quoted", "schema"),
            because="whether the key is to be enforced is open, and a partitioned table takes no such key",
        ),
    ],
)
def unvalidated_foreign_key(facts: Facts) -> Iterator[ReferenceProbe]:
    """A foreign key that is NOT VALID, or NOT ENFORCED, with the rows that would make VALIDATE fail.

    Why it matters:
        A NOT VALID key refuses new orphans and keeps the old ones; a NOT ENFORCED one (from PostgreSQL 18 on) refuses
        nothing. The planner trusts neither, and a rule that was meant for a week stays half done for years.
    False positives:
        None. Without violating rows it is a warning: it can be validated today.
    Remedy:
        Spell a text as the one referenced row does that it differs from by case, accents or blanks alone; for the
        others what the key's own ON DELETE says would have happened (set the columns NULL, or set the rows aside); then
        VALIDATE CONSTRAINT. A key that is NOT ENFORCED stays as it is unless you choose otherwise.
    """
    for key in declared_keys(facts, holding=False):
        yield ReferenceProbe(
            **key.join.parts,
            subject=key.subject,
            judge=partial(_judge, facts, key),
            proposes=key.proposed(),
            counts_keys=is_asked_for(facts),
            reference=key.reference,
        )


def _judge(facts: Facts, key: DeclaredKey, measured: Measurement) -> Judgement:
    is_enforced = key.constraint.enforced
    state, last = ("NOT VALID", "validate it") if is_enforced else ("NOT ENFORCED", "alter it to be enforced")
    then = (validate_constraint(key.table, key.constraint),)
    if not measured.violations:
        validated = Remedy(kind="add-constraint", summary="validate the key", operations=then)
        return Judgement(
            message=f"{key.subject} is {state} and finds its row for all of {counted(measured.population, 'key')}",
            hint=f"{last[0].upper()}{last[1:]}",
            severity=Severity.WARNING,
            remedies=(validated,) if is_enforced else (),
        )
    remedies = sparing(declared_clean_ups(facts, key, then, measured), measured)
    return Judgement(
        message=f"{key.subject} is {state} and finds no row in {referenced_text(key.reference)} for "
        f"{measured.violations:,} of {counted(measured.population, 'key')}{of_them_near(measured)}",
        hint=f"{remedies[0].summary[0].upper()}{remedies[0].summary[1:]}, then {last}",
        # Whether a key that was declared NOT ENFORCED is to be enforced is not ours to say, and so neither is what
        # becomes of its orphans.
        remedies=tuple(replace(each, chosen=each.chosen and is_enforced) for each in remedies),
    )
