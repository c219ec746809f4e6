"""Policies that let everything by."""

from collections.abc import Iterator
from dataclasses import replace

from auditor import sql
from auditor.catalog import Guarded, Policy
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import policies_query
from auditor.knowledge.exposure import PUBLIC, Exposure, Granted, exposure_of, matrix
from auditor.knowledge.server_text import is_true
from auditor.model import Severity, Subject
from auditor.probe import Judgement, Verdict
from auditor.remedy import Operation, Remedy, create_policy, drop_policy, revoke


@check(
    severity=Severity.BLOCKER,
    examples=[
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int);
                INSERT INTO notes VALUES (1, 7);
                GRANT SELECT, INSERT, UPDATE ON notes TO authenticated;
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "read own" ON notes FOR SELECT TO authenticated
                    USING (owner_id = current_setting('app.user', true)::int);
                CREATE POLICY "write all" ON notes FOR UPDATE TO authenticated USING (true) WITH CHECK (true);
                CREATE POLICY "add any" ON notes FOR INSERT TO authenticated WITH CHECK (true);
                CREATE POLICY "service" ON notes TO service_role USING (true) WITH CHECK (true);
            """,
            finds=['notes "add any"', 'notes "write all"'],
        ),
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int);
                CREATE TABLE labels (id int PRIMARY KEY);
                INSERT INTO notes VALUES (1, 7);
                GRANT SELECT, INSERT, UPDATE, DELETE ON notes, labels TO authenticated;
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                ALTER TABLE labels ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "own notes" ON notes TO authenticated
                    USING (owner_id = current_setting('app.user', true)::int) WITH CHECK (true);
                CREATE POLICY "all labels" ON labels TO authenticated USING (true);
            """,
            finds=['labels "all labels"', 'notes "own notes"'],
        ),
        Example(
            given="""
                CREATE TABLE prices (id int PRIMARY KEY);
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int);
                INSERT INTO prices VALUES (1);
                GRANT SELECT ON prices, notes TO anon;
                ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "public prices" ON prices FOR SELECT USING (true);
                CREATE POLICY "any" ON notes FOR SELECT USING (true);
                CREATE POLICY "own" ON notes AS RESTRICTIVE FOR SELECT
                    USING (owner_id = current_setting('app.user', true)::int);
            """,
            finds=['prices "public prices"'],
            has_plan=False,
            because="what everybody may read is often meant to be public: a plan that takes it away would decide that",
        ),
    ],
)
def policy_always_true(facts: Facts) -> Iterator[Verdict]:
    """Permissive policies that are true of every row, for writing, or for reading by everybody.

    Why it matters:
        Permissive policies are joined by OR: one that is constant true makes all others for its command void.
        `USING (true)` lets every row be changed or deleted, `WITH CHECK (true)` lets a row be written for,
        or given to, anybody.
    False positives:
        Deliberately public reading (`FOR SELECT USING (true)`), which is advice. Policies for roles that row
        security does not bind, without a grant behind them, or narrowed by a restrictive policy are not
        reported.
    Remedy:
        A policy with one true and one real expression gets the real one for both. Else writing through it is
        taken away, reading stays, and privileges that no policy is for any more are revoked. Where the API
        needs to write, put the condition that was meant in its place before running the plan.
    """
    exposure = exposure_of(facts.catalog, facts.config.api)
    for table in exposure.guarded(facts.catalog):
        for policy in table.policies:
            yield Verdict(
                subject=Subject(kind="policy", schema=table.schema, table=table.name, name=policy.name),
                judgement=_judge(table, policy, exposure),
                detection_sql=policies_query(table),
            )


def _judge(table: Guarded, policy: Policy, exposure: Exposure) -> Judgement | None:
    subject = Subject(kind="policy", schema=table.schema, table=table.name, name=policy.name)
    writing = _writing(table, policy, exposure)
    if writing:
        return Judgement(
            message=f"{subject} is true of every row for writing ({matrix(writing)})",
            hint="Put the condition that was meant in its place, or take the policy away",
            remedies=(_remedy(table, policy, exposure),),
        )
    reading = exposure.open_to(table, policy)
    if reading and (PUBLIC in policy.roles or any(each.role == "anon" for each in reading)):
        return Judgement(
            message=f"{subject} lets everybody read every row ({matrix(reading)})",
            hint="Leave it if the rows are public; else put the condition that was meant in its place",
            severity=Severity.ADVICE,
        )
    return None


def _writing(table: Guarded, policy: Policy, exposure: Exposure) -> tuple[Granted, ...]:
    return tuple(each for each in exposure.open_to(table, policy) if each.command != "SELECT")


def _remedy(table: Guarded, policy: Policy, exposure: Exposure) -> Remedy:
    mended = _mended(policy)
    operations: list[Operation] = [drop_policy(table, policy)]
    if mended is not None:
        operations.append(create_policy(table, mended))
    operations += [revoke(table, role, command) for role, command in _left_uncovered(table, exposure)]
    if mended is None:
        kind, what = "drop-policy", "Drop the policy: nobody writes through it any more."
    elif mended.command == policy.command:
        kind, what = "narrow-policy", "Replace the policy by one whose real condition holds for old and new rows alike."
    else:
        kind, what = "narrow-policy", "Replace the policy by one for reading only: nobody writes through it any more."
    warning = " Requests of the API that relied on it fail: decide which condition was meant before you run this."
    return Remedy(kind=kind, summary=what + warning, operations=tuple(operations))


def _mended(policy: Policy) -> Policy | None:
    """The policy without what is constant true for writing, under a name of its own; None where nothing is left."""
    real = [each for each in (policy.using, policy.with_check) if each is not None and not is_true(each)]
    name = sql.derived_name(policy.name, suffix="narrowed")
    if real:
        return replace(policy, name=name, using=real[0], with_check=None)
    if policy.command == "ALL" and policy.using is not None:
        return replace(policy, name=name, command="SELECT", with_check=None)
    return None


def _left_uncovered(table: Guarded, exposure: Exposure) -> list[tuple[str, str]]:
    """What no policy is for once every such policy of the table is mended, as far as it was granted to the roles of
    the API themselves; taking it from PUBLIC or a group would take it from others too."""
    kept = [_mended(policy) if _writing(table, policy, exposure) else policy for policy in table.policies]
    before = {(each.role, each.command) for each in exposure.uncovered(table, table.policies)}
    after = exposure.uncovered(table, tuple(policy for policy in kept if policy is not None))
    return [(each.role, each.command) for each in after if (each.role, each.command) not in before and each.is_its_own]
