"""What logical replication asks of a table whose rows are changed."""

from auditor.catalog import Table
from auditor.remedy.script import block, oid_of, refuse
from auditor.sql import Sql


def identified(table: Table) -> Sql:
    """Stops where the table or a partition is published without replica identity: the server refuses UPDATE and
    DELETE there, but only once the clean-up has come to it."""
    root = oid_of(table.schema, table.name)
    body = f"""SELECT c.oid::pg_catalog.regclass AS place INTO published FROM pg_catalog.pg_class AS c
WHERE c.relkind = 'r' AND (c.oid = {root} OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree({root}) AS t))
    AND (c.relreplident = 'n' OR c.relreplident IN ('d', 'i') AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END))
    AND EXISTS (SELECT FROM pg_catalog.pg_publication AS p WHERE (p.pubupdate OR p.pubdelete) AND (p.puballtables
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid AND (r.prrelid = c.oid
            OR r.prrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) AS a)))
        OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace AS n WHERE n.pnpubid = p.oid
            AND n.pnnspid = c.relnamespace)))
LIMIT 1;
IF published.place IS NOT NULL THEN
    {
        refuse(
            "% is published to subscribers and has no replica identity: the server refuses to change its rows",
            "published.place",
            hint="Give it a primary key, or ALTER TABLE ... REPLICA IDENTITY FULL, or take it out of the publication.",
        )
    }
END IF;"""  # noqa: S608
    return block(body, "published record;")
