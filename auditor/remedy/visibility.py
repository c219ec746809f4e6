"""What row security asks of a table whose rows are changed."""

from auditor.catalog import Table
from auditor.remedy.script import block, oid_of, refuse, words
from auditor.sql import Sql


def visible(table: Table) -> Sql:
    """Stops where policies apply to whoever runs the plan: rows that they hide would neither be mended nor counted."""
    body = f"""IF pg_catalog.row_security_active({oid_of(table.schema, table.name)}) THEN
    {
        refuse(
            "row security hides rows of % from the role %; nothing has been changed",
            words(f"{table.schema}.{table.name}"),
            "current_user",
            hint="Run the plan as a superuser, or as a role with BYPASSRLS that owns the tables or is a member of their"
            " owner.",
        )
    }
END IF;"""
    return block(body)
