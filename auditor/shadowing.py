"""Whether `checks` and `reports` are ours: found out before they are imported, as a foreign one may do anything."""

from importlib.util import find_spec
from pathlib import Path

from auditor.errors import AuditorError


def refuse_shadowed() -> None:
    """AuditorError where a foreign package of that name stands before ours on the import path: it would be audited
    with."""
    home = Path(__file__).parent.parent
    for name in ("checks", "reports"):
        spec = find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).parent.parent != home:
            raise AuditorError(
                f"the package {name!r} on the import path is not the auditor's",
                "run it from another folder, or in an environment of its own",
            )
