"""The one entry: all references of a database, declared and inferred."""

from dataclasses import dataclass

from auditor.catalog import Catalog
from auditor.config import Config
from auditor.model import Coverage, Reference
from auditor.references.asked import Connection, empty_tables, look_up
from auditor.references.calibration import FITTED, Calibration, calibrated
from auditor.references.candidates import candidates as candidates_of
from auditor.references.composite import infer_composites, without_parts
from auditor.references.conditional import by_condition
from auditor.references.configured import ends_of, overruled, told
from auditor.references.declared import declared
from auditor.references.infer import infer
from auditor.references.joins import Joins, can_parse, unparsed
from auditor.references.json_paths import places_inside_json
from auditor.references.keys import Keys
from auditor.references.polymorphic import candidates_by_type
from auditor.references.spans import Spans
from auditor.references.statements import Recorded, recorded
from auditor.references.unmeasured import beyond, is_beyond, unmeasured
from auditor.references.unseen import unlooked_candidates, unlooked_composite
from auditor.references.views import projections, told_of_views


@dataclass(frozen=True, kw_only=True)
class Found:
    """All references, and what was not looked at while they were sought, or cannot be measured."""

    references: tuple[Reference, ...]
    unseen: tuple[Coverage, ...]

    @property
    def listed(self) -> tuple[Reference, ...]:
        """Each once: one that the configuration names stays a question of its own after it has been declared."""
        known = {ends_of(each) for each in self.references if each.declared}
        return tuple(each for each in self.references if each.declared or ends_of(each) not in known)


LEAST_CONFIDENCE = 0.5
"""What is less sure is in no report."""


def find_references(
    connection: Connection,
    catalog: Catalog,
    config: Config,
    *,
    calibration: Calibration = FITTED,
    least: float = LEAST_CONFIDENCE,
) -> Found:
    """Declared references, those that the configuration names, and those inferred from names, types and values.

    A fixed number of rounds of bounded look-ups: which tables are empty, the paths inside JSON columns, the types of
    polymorphic references, the statements that were recorded, the values of all candidates, the rows of composite ones.
    Those below a confidence of `least` are left out. Raises AuditorError where the configuration names what does not
    exist.
    """
    empty = empty_tables(connection, catalog)
    views = projections(catalog)
    said = told(catalog, config)
    keys = Keys.of(catalog, (*said.aliases, *((each.called, each.base.oid) for each in views)))
    spans = Spans.of(keys.all)
    inside_json, unopened = places_inside_json(connection, catalog, keys, empty)
    by_type, untyped = candidates_by_type(connection, catalog, keys, empty)
    statements = recorded(connection, catalog) if can_parse() else Recorded()
    joins = Joins.of(catalog, keys, statements.texts)
    candidates = candidates_of(catalog, keys, spans, inside_json=inside_json, by_type=by_type, told=said, joins=joins)
    evidence = look_up(connection, candidates, empty)
    candidates, evidence = by_condition(connection, candidates, evidence, empty)
    several, untried = infer_composites(connection, catalog, joins, empty)
    scored = (*without_parts(infer(catalog, candidates, evidence, spans), several), *several)
    inferred = told_of_views(calibrated(scored, calibration, least), views)
    settled = overruled(catalog, config, inferred)
    references = (*declared(catalog), *(each for each in settled if not is_beyond(each)))
    return Found(
        references=references,
        unseen=(
            *unmeasured(catalog),
            *(beyond(each) for each in settled if is_beyond(each)),
            *unopened,
            *untyped,
            *unparsed(catalog),
            *statements.unread(),
            *unlooked_candidates(candidates, evidence, references, config.thresholds.reference_confidence),
            *(unlooked_composite(each, reason) for each, reason in untried),
        ),
    )
