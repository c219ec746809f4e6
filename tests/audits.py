"""Audits made by hand, for tests of the reports: a rich one, a huge one, an empty one, and generated hostile ones."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from auditor.model import (
    Audit,
    Certainty,
    CheckSummary,
    Coverage,
    DatabaseInfo,
    Finding,
    Note,
    Outcome,
    Part,
    Phase,
    Plan,
    Readiness,
    Reference,
    ReferencedSide,
    Remedy,
    RemedySql,
    Run,
    ScanRecord,
    Severity,
    Status,
    Step,
    Subject,
    SubjectKind,
    Summary,
    TableSize,
    ToolInfo,
    Witness,
    fingerprint,
)

HOSTILE_NAMES = (
    "Order; DROP",
    'a"b',
    "<script>alert(1)</script>",
    "</script><script>document.title='owned'</script>",
    "<!--",
    "ünï çode",
    "100%",
    ":x",
    "$$",
    "*/",
    "back\\slash",
    "new\nline",
    "carriage\rreturn",
    "tab\there",
    "esc\x1b[31mred\x1b]0;owned\x07",
    "csi\x9b31m",
    "right\u202eto left",
    "zero\u200bwidth",
    "line\u2028separator",
    "{{ 7 * 7 }}",
    "' onmouseover='alert(1)",
    "x" * 63,
    "漢" * 21,
    "\udcff undecodable",
)


def column(table: str, *columns: str, schema: str = "public", expression: str | None = None) -> Subject:
    return Subject(kind="column", schema=schema, table=table, columns=columns, expression=expression)


def finding(check: str, family: str, severity: Severity, subject: Subject, **fields: Any) -> Finding:
    """A finding whose fingerprint follows from check and subject; failed and proven unless told otherwise."""
    given: dict[str, Any] = {"certainty": Certainty.PROVEN, "outcome": Outcome.FAILED, "message": f"{subject} fails"}
    return Finding(
        fingerprint=fingerprint(check, subject),
        check=check,
        family=family,
        severity=severity,
        subject=subject,
        **(given | fields),
    )


def audit_of(
    findings: tuple[Finding, ...] = (),
    *,
    name: str = "calliq",
    coverage: tuple[Coverage, ...] = (),
    checks: tuple[CheckSummary, ...] = (),
    **fields: Any,
) -> Audit:
    """An audit around these findings, with a summary that agrees with them."""
    severities = Counter(each.severity for each in findings)
    outcomes = Counter({Outcome.FAILED: len(findings)}) + Counter(each.outcome for each in coverage)
    for check in checks:
        outcomes[Outcome.PASSED] += check.outcomes.get(Outcome.PASSED, 0)
    complete = all(each.is_complete for each in coverage)
    given: dict[str, Any] = {
        "tool": ToolInfo(version="0.1.0"),
        "run": Run(
            id="r-20261120T093000-4be1",
            started_at="2026-11-20T09:30:00Z",
            duration_s=1.234,
            statements=14,
            rows_read_by_client=310,
            jobs=2,
            options={"jobs": "2", "fail-on": "warning"},
        ),
        "database": DatabaseInfo(
            name=name, host="db.internal", server_version="16.4", role="auditor_ro", bytes=734_003_200
        ),
        "constraints": (),
        "references": (),
        "plan": Plan(),
        "tables": (),
        "scans": (),
    }
    verdict = (
        f"{severities[Severity.BLOCKER]} blockers stand in the way; {severities[Severity.WARNING]} warnings, "
        f"{severities[Severity.ADVICE]} pieces of advice" + ("." if complete else "; not everything was seen.")
    )
    return Audit(
        summary=Summary(
            verdict=verdict,
            complete=complete,
            by_severity={severity: severities[severity] for severity in Severity},
            by_outcome={outcome: outcomes[outcome] for outcome in Outcome},
        ),
        findings=findings,
        coverage=coverage,
        checks=checks,
        **(given | fields),
    )


def empty() -> Audit:
    """Nothing in the database, nothing found."""
    return audit_of()


_ORPHANS_SQL = """SELECT count(*)
FROM public.transcripts AS t
WHERE t.call_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM public.calls AS r WHERE r.id = t.call_id);"""


def _set_aside(table: str, key: str, condition: str) -> RemedySql:
    return RemedySql(
        fence=(
            f"BEGIN;\nSET LOCAL lock_timeout = '2s';\nALTER TABLE public.{table}\n"
            f"  ADD CONSTRAINT {table}_{key}_fkey FOREIGN KEY ({key}) REFERENCES public.calls (id) NOT VALID;\nCOMMIT;"
        ),
        cleanup=(
            f"BEGIN;\nWITH gone AS (\n  DELETE FROM public.{table} AS t\n  WHERE {condition}\n  RETURNING t.*\n)\n"
            f"INSERT INTO auditor_quarantine.{table}_p1 SELECT * FROM gone\nON CONFLICT DO NOTHING;\nCOMMIT;"
        ),
        indexes=f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {table}_{key}_idx ON public.{table} ({key});",
        constraints=f"BEGIN;\nALTER TABLE public.{table} VALIDATE CONSTRAINT {table}_{key}_fkey;\nCOMMIT;",
        verify=f"SELECT 1 / (count(*) = 0)::int FROM public.{table} AS t WHERE {condition};",
        rollback=f"BEGIN;\nALTER TABLE public.{table} DROP CONSTRAINT {table}_{key}_fkey;\nCOMMIT;",
    )


def _orphans() -> Finding:
    subject = column("transcripts", "call_id")
    condition = "t.call_id IS NOT NULL\n    AND NOT EXISTS (SELECT 1 FROM public.calls AS r WHERE r.id = t.call_id)"
    return finding(
        "orphaned-reference",
        "references",
        Severity.BLOCKER,
        subject,
        certainty=Certainty.INFERRED,
        reference=ReferencedSide(
            schema="public",
            table="calls",
            columns=("id",),
            declared=False,
            confidence=0.97,
            evidence=("name: call_id names calls", "type: uuid = uuid", "799,600 of 800,000 values occur there"),
        ),
        violations=400,
        population=800_000,
        witnesses=tuple({"id": f"6f9619ff-8b86-d011-b42d-00c04fc9{n:04x}"} for n in range(5)),
        message="public.transcripts(call_id) has 400 rows without a row in public.calls(id)",
        hint="Set the rows aside or set call_id to NULL, then add the foreign key.",
        detection_sql=_ORPHANS_SQL,
        remedies=(
            Remedy(
                kind="set-aside",
                chosen=True,
                summary="400 rows go to the quarantine, then the foreign key is added and validated",
                sql=_set_aside("transcripts", "call_id", condition),
            ),
            Remedy(
                kind="set-null",
                chosen=False,
                summary="call_id of 400 rows becomes NULL; the old values are kept in the quarantine",
                sql=RemedySql(cleanup=f"UPDATE public.transcripts AS t SET call_id = NULL\nWHERE {condition};"),
            ),
        ),
    )


def _json_orphans() -> Finding:
    subject = column("usage_metrics", "metadata", expression="metadata->>'call_id'")
    return finding(
        "orphaned-reference",
        "references",
        Severity.BLOCKER,
        subject,
        certainty=Certainty.INFERRED,
        reference=ReferencedSide(
            schema="public",
            table="calls",
            columns=("id",),
            declared=False,
            confidence=0.91,
            evidence=("name: call_id inside metadata", "98.2 % of the values are uuids that occur there"),
        ),
        violations=1_812,
        population=101_233,
        witnesses=({"id": 17}, {"id": 4_711}, {"id": 90_210}),
        message="public.usage_metrics(metadata->>'call_id') has 1,812 rows without a row in public.calls(id)",
        hint="Add a column call_id, fill it from the JSON key, set the orphans aside, then add the foreign key.",
        detection_sql=_ORPHANS_SQL.replace("transcripts", "usage_metrics"),
        remedies=(
            Remedy(
                kind="set-aside",
                chosen=True,
                summary="a column call_id is added and filled; 1,812 rows go to the quarantine",
                sql=_set_aside("usage_metrics", "call_id", "t.call_id IS NULL"),
            ),
        ),
    )


def _other_findings() -> tuple[Finding, ...]:
    return (
        finding(
            "duplicate-active",
            "duplicates",
            Severity.BLOCKER,
            column("usage_reservations", "org_id"),
            violations=64,
            population=12_300,
            message="public.usage_reservations has 31 values of org_id with more than one active row",
            hint="Keep the newest active row of each, release the others, then add the partial unique index.",
            witnesses=({"id": 3}, {"id": 9}),
            detection_sql="SELECT org_id, count(*) FROM public.usage_reservations WHERE status = 'active' GROUP BY 1;",
        ),
        finding(
            "rls-disabled",
            "rls",
            Severity.BLOCKER,
            Subject(kind="table", schema="public", table="referral_statistics"),
            message="public.referral_statistics has no row security; anon and authenticated may SELECT",
            hint="Enable row security and add a policy for each command that the API needs.",
        ),
        finding(
            "email-not-lowercase",
            "formats",
            Severity.WARNING,
            column("calls", "customer_email"),
            violations=9_412,
            population=402_118,
            message="public.calls(customer_email) has 9,412 addresses that are not in lower case or carry blanks",
            hint="Lower-case and trim them, then add the CHECK.",
            witnesses=({"id": "0b7e…"},),
            detection_sql="SELECT count(*) FROM public.calls WHERE customer_email <> lower(btrim(customer_email));",
        ),
        finding(
            "unindexed-foreign-key",
            "indexes",
            Severity.WARNING,
            column("notifications", "user_id"),
            message="public.notifications(user_id) references public.users and has no usable index",
            hint="Create an index concurrently.",
        ),
        finding(
            "null-in-intended-not-null",
            "nulls",
            Severity.WARNING,
            column("calls", "duration"),
            violations=77,
            population=1_000_000,
            exact=False,
            outcome=Outcome.ESTIMATED,
            status=Status.KNOWN,
            message="public.calls(duration) is NULL in about 77 of 1,000,000 rows",
        ),
    )


def _advice() -> tuple[Finding, ...]:
    names = ("created_at", "updated_at", "status", "title", "body", "kind", "source", "locale", "payload")
    return tuple(
        finding(
            "missing-not-null",
            "nulls",
            Severity.ADVICE,
            column(table, name),
            violations=0,
            population=population,
            message=f"public.{table}({name}) has no NULL and can be NOT NULL today",
        )
        for table, population in (("notifications", 55_000), ("users", 1_200), ("calls", 1_000_000))
        for name in names
    )


def _coverage() -> tuple[Coverage, ...]:
    return (
        *(
            Coverage(
                check="*",
                subject=Subject(kind="table", schema="billing", table=table),
                outcome=Outcome.HIDDEN,
                reason="the role has no SELECT privilege",
            )
            for table in ("invoices", "cards", "payouts")
        ),
        Coverage(
            check="orphaned-reference",
            subject=column("events", "user_id", schema="analytics"),
            outcome=Outcome.ERROR,
            reason="statement timeout after 10 min",
        ),
        Coverage(
            check="duplicate-key",
            subject=column("events", "trace", schema="analytics"),
            outcome=Outcome.SKIPPED,
            reason="over the budget of 30 min",
        ),
        Coverage(
            check="null-in-intended-not-null",
            subject=column("calls", "duration"),
            outcome=Outcome.ESTIMATED,
            reason="a sample of 10 % of the rows",
        ),
        Coverage(
            check="orphaned-reference",
            subject=column("referrals", "org_id"),
            outcome=Outcome.VACUOUS,
            reason="only NULLs",
        ),
    )


def _readiness(findings: tuple[Finding, ...]) -> tuple[Readiness, ...]:
    share = "SHARE ROW EXCLUSIVE on both tables while adding, SHARE UPDATE EXCLUSIVE while validating"
    return (
        Readiness(
            kind="foreign-key",
            subject=column("transcripts", "call_id"),
            definition="FOREIGN KEY (call_id) REFERENCES public.calls (id)",
            state="blocked",
            intended=True,
            violations=400,
            population=800_000,
            reason="400 rows without a row in public.calls",
            lock=share,
            file="40-constraints.sql",
            findings=(findings[0].fingerprint,),
        ),
        Readiness(
            kind="foreign-key",
            subject=findings[1].subject,
            definition="FOREIGN KEY (call_id) REFERENCES public.calls (id)",
            state="blocked",
            intended=True,
            violations=1_812,
            population=101_233,
            reason="1,812 rows without a row in public.calls",
            lock=share,
            file="40-constraints.sql",
            findings=(findings[1].fingerprint,),
        ),
        Readiness(
            kind="unique",
            subject=column("usage_reservations", "org_id"),
            definition="UNIQUE (org_id) WHERE status = 'active'",
            state="blocked",
            intended=True,
            violations=64,
            population=12_300,
            reason="31 values with more than one active row",
            lock="none that blocks writing (CONCURRENTLY)",
            file="30-indexes.sql",
            findings=(findings[2].fingerprint,),
        ),
        Readiness(
            kind="check",
            subject=column("calls", "customer_email"),
            definition="CHECK (customer_email = lower(btrim(customer_email)))",
            state="blocked",
            intended=False,
            violations=9_412,
            population=402_118,
            reason="9,412 addresses that are not in lower case",
            lock="ACCESS EXCLUSIVE on public.calls for a moment, SHARE UPDATE EXCLUSIVE while validating",
            file=None,
            findings=(findings[4].fingerprint,),
        ),
        Readiness(
            kind="foreign-key",
            subject=column("events", "user_id", schema="analytics"),
            definition="FOREIGN KEY (user_id) REFERENCES public.users (id)",
            state="unknown",
            intended=True,
            violations=None,
            population=None,
            reason="statement timeout after 10 min",
            lock=share,
            file=None,
        ),
        *(
            Readiness(
                kind="not-null",
                subject=each.subject,
                definition=f"NOT NULL ({each.subject.columns[0]})",
                state="ready",
                intended=False,
                violations=0,
                population=each.population,
                lock="ACCESS EXCLUSIVE for a moment (proved by a validated CHECK)",
                file="40-constraints.sql",
                findings=(each.fingerprint,),
            )
            for each in findings
            if each.check == "missing-not-null"
        ),
    )


def _references() -> tuple[Reference, ...]:
    def declared(table: str, key: str, referenced: str) -> Reference:
        return Reference(
            schema="public",
            table=table,
            columns=(key,),
            ref_schema="public",
            ref_table=referenced,
            ref_columns=("id",),
            declared=True,
            confidence=1.0,
            evidence=("foreign key",),
            constraint=f"{table}_{key}_fkey",
        )

    def inferred(table: str, key: str, confidence: float, **fields: Any) -> Reference:
        return Reference(
            schema="public",
            table=table,
            columns=(key,),
            ref_schema="public",
            ref_table="calls",
            ref_columns=("id",),
            declared=False,
            confidence=confidence,
            evidence=("name", "type", "rows"),
            **fields,
        )

    return (
        declared("users", "org_id", "organizations"),
        declared("calls", "org_id", "organizations"),
        declared("calls", "user_id", "users"),
        declared("notifications", "user_id", "users"),
        declared("usage_reservations", "org_id", "organizations"),
        declared("referrals", "org_id", "organizations"),
        declared("users", "manager_id", "users"),
        inferred("transcripts", "call_id", 0.97),
        inferred("usage_metrics", "metadata", 0.91, expression="metadata->>'call_id'", json_path=("call_id",)),
    )


def _plan(findings: tuple[Finding, ...]) -> Plan:
    orphans = findings[0]
    sql = orphans.remedies[0].sql
    texts = (
        (Phase.GUARD, "CREATE SCHEMA IF NOT EXISTS auditor_quarantine;", "none that blocks", None),
        (Phase.FENCE, sql.fence, "SHARE ROW EXCLUSIVE on public.transcripts and public.calls", None),
        (Phase.CLEANUP, sql.cleanup, "ROW EXCLUSIVE on public.transcripts", 400),
        (Phase.INDEXES, sql.indexes, "SHARE UPDATE EXCLUSIVE on public.transcripts", None),
        (Phase.CONSTRAINTS, sql.constraints, "SHARE UPDATE EXCLUSIVE on public.transcripts", None),
        (Phase.VERIFY, sql.verify, "ACCESS SHARE on public.transcripts", None),
        (Phase.ROLLBACK, sql.rollback, "ACCESS EXCLUSIVE on public.transcripts", 400),
    )
    steps = tuple(
        Step(
            id=f"S-{number}",
            phase=phase,
            order=(0, "transcripts"),
            title=f"{phase.value}: orphans of public.transcripts(call_id)",
            parts=(Part(title=phase.value, statements=(text or "",), transactional=phase is not Phase.INDEXES),),
            lock=lock,
            rows=rows,
            fingerprints=(orphans.fingerprint,),
        )
        for number, (phase, text, lock, rows) in enumerate(texts)
    )
    return Plan(
        id="p4be1",
        steps=steps,
        notes=tuple(
            Note(text, (orphans.fingerprint,))
            for text in (
                "Orphans of public.transcripts(call_id) are set aside, not deleted; setting them to NULL is the"
                " variant.",
                "From the fence on, deleting a row of public.calls that is still referenced fails.",
            )
        ),
    )


def _checks() -> tuple[CheckSummary, ...]:
    rows = (
        ("orphaned-reference", "references", "Rows of an inferred reference without referenced row.", 12, 2),
        ("missing-foreign-key", "references", "An inferred reference without orphans.", 12, 0),
        ("violated-foreign-key", "references", "A validated foreign key whose rows violate it.", 7, 0),
        ("unvalidated-foreign-key", "references", "A foreign key that is NOT VALID.", 7, 0),
        ("null-in-intended-not-null", "nulls", "NULLs where intent is plain.", 31, 1),
        ("missing-not-null", "nulls", "A nullable column without a NULL.", 4, 27),
        ("email-not-lowercase", "formats", "E-mail addresses that are not in lower case, or carry blanks.", 2, 1),
        ("duplicate-active", "duplicates", "More than one active row for one owner.", 1, 1),
        ("rls-disabled", "rls", "An exposed table without row security.", 8, 1),
        ("unindexed-foreign-key", "indexes", "A reference without usable index on the referencing side.", 8, 1),
        ("invalid-index", "indexes", "An index left by a failed build.", 21, 0),
    )
    return tuple(
        CheckSummary(
            id=id_,
            family=family,
            summary=summary,
            outcomes={Outcome.PASSED: passed} | ({Outcome.FAILED: failed} if failed else {}),
        )
        for id_, family, summary, passed, failed in rows
    )


def rich() -> Audit:
    """Something of everything, in the size of a real database: a call-analytics application."""
    findings = (_orphans(), _json_orphans(), *_other_findings(), *_advice())
    sizes = {
        "organizations": 1_200,
        "users": 1_200,
        "calls": 1_000_000,
        "transcripts": 800_000,
        "usage_metrics": 101_233,
        "usage_reservations": 12_300,
        "notifications": 55_000,
        "referrals": 0,
        "referral_statistics": 310,
    }
    return audit_of(
        findings,
        coverage=_coverage(),
        checks=_checks(),
        constraints=_readiness(findings),
        references=_references(),
        plan=_plan(findings),
        tables=tuple(
            TableSize(schema="public", table=table, rows=rows, bytes=rows * 120 + 8192, exact=table != "calls")
            for table, rows in sizes.items()
        ),
        scans=(
            ScanRecord(sql="SELECT count(*) AS n, count(*) FILTER (WHERE duration IS NULL) AS v0\nFROM public.calls;",
                       duration_s=0.412, rows=1),
            ScanRecord(sql=_ORPHANS_SQL, duration_s=0.287, rows=1),
            ScanRecord(sql="SELECT count(*) FROM analytics.events;", duration_s=600.0, rows=0,
                       error="canceling statement due to statement timeout"),
        ),
    )  # fmt: skip


def huge(tables: int = 3_000, columns: int = 13) -> Audit:
    """A database of many tables with a piece of advice for each column and a blocker for every third table."""
    advice = tuple(
        finding(
            "missing-not-null",
            "nulls",
            Severity.ADVICE,
            column(f"table_with_a_rather_long_name_{t:04}", f"column_{c:02}"),
            violations=0,
            population=1_000,
            detection_sql=f"SELECT count(*) FROM public.table_with_a_rather_long_name_{t:04};",
        )
        for t in range(tables)
        for c in range(columns)
    )
    blocker = _orphans()
    blockers = tuple(
        replace(
            blocker,
            fingerprint=fingerprint("orphaned-reference", column(f"table_with_a_rather_long_name_{t:04}", "call_id")),
            subject=column(f"table_with_a_rather_long_name_{t:04}", "call_id"),
        )
        for t in range(0, tables, 3)
    )
    findings = blockers + advice
    readiness = _readiness((_orphans(), _json_orphans(), *_other_findings(), *advice))
    return audit_of(
        findings,
        constraints=readiness,
        coverage=tuple(
            Coverage(check="*", subject=each.subject, outcome=Outcome.VACUOUS, reason="the table is empty")
            for each in advice
        ),
        references=tuple(
            Reference(schema="public", table=each.subject.table or "", columns=each.subject.columns,
                      ref_schema="public", ref_table=f"table_with_a_rather_long_name_{(n * 7) % tables:04}",
                      ref_columns=("id",), declared=n % 2 == 0, confidence=0.9)
            for n, each in enumerate(blockers)
        ),
        tables=tuple(
            TableSize(schema="public", table=f"table_with_a_rather_long_name_{t:04}", rows=1_000, bytes=8192,
                      exact=True)
            for t in range(tables)
        ),
        scans=tuple(ScanRecord(sql="SELECT " + "count(*), " * 300, duration_s=0.1, rows=1) for _ in range(tables)),
    )  # fmt: skip


def hostile() -> Audit:
    """Every hostile name in every place that takes a text."""
    findings = tuple(_hostile_finding(name) for name in HOSTILE_NAMES)
    bad = "</script><script>document.title='owned'</script>\x1b[31m\u202e\n-- forged"
    return audit_of(
        findings,
        name=bad,
        database=DatabaseInfo(name=bad, host=bad, server_version=bad, role=bad),
        coverage=tuple(
            Coverage(check=name, subject=each.subject, outcome=Outcome.HIDDEN, reason=name)
            for name, each in zip(HOSTILE_NAMES, findings, strict=True)
        ),
        checks=tuple(CheckSummary(id=n, family=n, summary=n, outcomes={Outcome.PASSED: 1}) for n in HOSTILE_NAMES),
        constraints=tuple(
            Readiness(kind="check", subject=each.subject, definition=name, state="blocked", intended=True, violations=1,
                      population=2, reason=name, lock=name, file=name, findings=(each.fingerprint,))
            for name, each in zip(HOSTILE_NAMES, findings, strict=True)
        ),
        references=tuple(
            Reference(schema=n, table=n, columns=(n,), expression=n, ref_schema=n, ref_table=n, ref_columns=(n,),
                      declared=False, confidence=0.5, evidence=(n,))
            for n in HOSTILE_NAMES
        ),
        plan=Plan(
            id="p",
            steps=tuple(
                Step(id=n, phase=Phase.CLEANUP, order=(0, n), title=n, lock=n, rows=1, fingerprints=(n,),
                     parts=(Part(title=n, statements=("SELECT 1;",), transactional=False),))
                for n in HOSTILE_NAMES
            ),
            notes=tuple(Note(n, (n,)) for n in HOSTILE_NAMES),
        ),
        tables=tuple(TableSize(schema=n, table=n, rows=1, bytes=1, exact=True) for n in HOSTILE_NAMES),
        scans=tuple(ScanRecord(sql=n, duration_s=0.1, rows=1, error=n) for n in HOSTILE_NAMES),
    )  # fmt: skip


def _hostile_finding(name: str) -> Finding:
    return finding(
        "orphaned-reference",
        "references",
        Severity.BLOCKER,
        Subject(kind="column", schema=name, table=name, columns=(name,), name=name),
        reference=ReferencedSide(
            schema=name, table=name, columns=(name,), declared=False, confidence=0.5, evidence=(name,)
        ),
        violations=1,
        population=2,
        witnesses=({name: name},),
        message=name,
        hint=name,
        detection_sql=f'SELECT "{name}"',
        remedies=(Remedy(kind=name, chosen=True, summary=name, sql=RemedySql(cleanup=name, rollback=name)),),
    )


# A high surrogate before a low one is read back from JSON as the one character that the two stand for; a decoder
# of undecodable bytes makes low ones only (PEP 383).
_characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from("\udc80\udcff")
texts = st.sampled_from(HOSTILE_NAMES) | st.text(_characters, max_size=12)
_counts = st.none() | st.integers(0, 2**63 - 1)
_seconds = st.floats(0, 1e6, allow_nan=False)
_kinds: tuple[SubjectKind, ...] = (
    "database", "schema", "table", "column", "key", "constraint", "index", "policy", "view", "role", "function",
)  # fmt: skip
_columns = st.lists(texts, max_size=2).map(tuple)


def _tuples_of(strategy: st.SearchStrategy[Any], size: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=size).map(tuple)


subjects = st.builds(
    Subject,
    kind=st.sampled_from(_kinds),
    schema=st.none() | texts,
    table=st.none() | texts,
    columns=_columns,
    name=st.none() | texts,
    expression=st.none() | texts,
)
_witnesses: st.SearchStrategy[Witness] = st.dictionaries(texts, st.none() | texts | st.integers(), max_size=2)
_sql = st.builds(RemedySql, **dict.fromkeys(("fence", "cleanup", "indexes", "rollback"), st.none() | texts))
_remedies = st.builds(Remedy, kind=texts, chosen=st.booleans(), summary=texts, sql=_sql)
_sides = st.builds(
    ReferencedSide,
    schema=texts,
    table=texts,
    columns=_columns,
    declared=st.booleans(),
    confidence=st.floats(0, 1),
    evidence=_tuples_of(texts),
)
_findings = st.builds(
    Finding,
    fingerprint=texts,
    check=texts,
    family=texts,
    severity=st.sampled_from(Severity),
    certainty=st.sampled_from(Certainty),
    outcome=st.sampled_from(Outcome),
    status=st.sampled_from(Status),
    subject=subjects,
    reference=st.none() | _sides,
    violations=_counts,
    population=_counts,
    exact=st.booleans(),
    witnesses=_tuples_of(_witnesses),
    message=texts,
    hint=texts,
    detection_sql=st.none() | texts,
    remedies=_tuples_of(_remedies),
)
_coverages = st.builds(Coverage, check=texts, subject=subjects, outcome=st.sampled_from(Outcome), reason=texts)
_readinesses = st.builds(
    Readiness,
    kind=st.sampled_from(("foreign-key", "not-null", "unique", "check", "row-security", "index")),
    subject=subjects,
    definition=texts,
    state=st.sampled_from(("ready", "blocked", "unknown")),
    intended=st.booleans(),
    violations=_counts,
    population=_counts,
    reason=texts,
    lock=texts,
    file=st.none() | texts,
    findings=_tuples_of(texts),
)
_references_drawn = st.builds(
    Reference,
    schema=texts,
    table=texts,
    columns=_columns,
    expression=st.none() | texts,
    ref_schema=texts,
    ref_table=texts,
    ref_columns=_columns,
    declared=st.booleans(),
    confidence=st.floats(0, 1),
    evidence=_tuples_of(texts),
    constraint=st.none() | texts,
    json_path=_tuples_of(texts),
)
_steps = st.builds(
    Step,
    id=texts,
    phase=st.sampled_from(Phase),
    order=st.tuples(st.integers(-5, 5), texts),
    title=texts,
    parts=_tuples_of(
        st.builds(
            Part,
            title=texts,
            settings=_tuples_of(texts),
            statements=_tuples_of(texts),
            transactional=st.booleans(),
            condition=st.none() | texts,
            repairs=st.booleans(),
            may_fail=st.booleans(),
        )
    ),
    lock=texts,
    rows=_counts,
    fingerprints=_tuples_of(texts),
)
_summaries = st.builds(
    Summary,
    verdict=texts,
    complete=st.booleans(),
    by_severity=st.dictionaries(st.sampled_from(Severity), st.integers(0, 99)),
    by_outcome=st.dictionaries(st.sampled_from(Outcome), st.integers(0, 99)),
)
audits: st.SearchStrategy[Audit] = st.builds(
    Audit,
    tool=st.builds(ToolInfo, version=texts),
    run=st.builds(
        Run,
        id=texts,
        started_at=texts,
        duration_s=_seconds,
        statements=st.integers(0, 99),
        rows_read_by_client=st.integers(0, 99),
        jobs=st.integers(1, 9),
        options=st.dictionaries(texts, texts, max_size=2),
    ),
    database=st.builds(DatabaseInfo, name=texts, host=texts, server_version=texts, role=texts, bytes=_counts),
    summary=_summaries,
    coverage=_tuples_of(_coverages),
    checks=_tuples_of(
        st.builds(
            CheckSummary,
            id=texts,
            family=texts,
            summary=texts,
            outcomes=st.dictionaries(st.sampled_from(Outcome), st.integers(0, 99), max_size=2),
        )
    ),
    findings=_tuples_of(_findings, 3),
    constraints=_tuples_of(_readinesses),
    references=_tuples_of(_references_drawn),
    plan=st.builds(
        Plan, id=texts, steps=_tuples_of(_steps), notes=_tuples_of(st.builds(Note, texts, _tuples_of(texts)))
    ),
    tables=_tuples_of(
        st.builds(TableSize, schema=texts, table=texts, rows=_counts, bytes=st.integers(0, 9), exact=st.booleans())
    ),
    scans=_tuples_of(
        st.builds(ScanRecord, sql=texts, duration_s=_seconds, rows=st.integers(0, 9), error=st.none() | texts)
    ),
)
"""Any audit at all, with hostile texts in every place."""
