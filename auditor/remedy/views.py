"""Operations on materialised views."""

from auditor.catalog import Table
from auditor.remedy.operation import Operation
from auditor.remedy.rows import _Pending


def populate_view(view: Table) -> Operation:
    """Refreshes a materialised view; rolled back, it is WITH NO DATA again."""
    return _Pending(table=view)
