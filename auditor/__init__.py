"""PostgreSQL integrity auditor: what stands in the way of constraints, by how many rows, and the SQL for it.

`auditor.run(dsn, …)` is resolved on first use, so that `import auditor.model` loads neither checks nor reports.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.wiring import run as run

from auditor.version import __version__ as __version__


def __getattr__(name: str) -> Any:
    if name == "run":
        from auditor.wiring import run

        return run
    raise AttributeError(f"module 'auditor' has no attribute {name!r}")
