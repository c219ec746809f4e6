"""What is asked of pg_catalog: one query for each kind of object, the same number whatever the database's size.

Every query reads the audit's snapshot, but the functions that turn stored expressions into text
(`pg_get_expr`, `pg_get_viewdef` …) look at the catalog as it is *now* and lock the relation in question. So they are
called only where nobody holds or awaits an ACCESS EXCLUSIVE lock on it (one such table would make the whole query
wait), and only for objects that still exist (`pg_describe_object` is NULL else, whereas they raise errors);
where a text is missing for one of these reasons, the reader says so of the table.

`oid >= 16384` leaves out what initdb made (FirstNormalObjectId): pg_catalog and information_schema.
"""

# ruff: noqa: S608 (put together from the constants of this file alone)

_SUBJECT = """c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'"""

_LOCKED = """(
    SELECT l.relation FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation IS NOT NULL
      AND l.pid <> pg_catalog.pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))"""


def _class(name: str) -> str:
    return f"'pg_catalog.{name}'::pg_catalog.regclass"


def _while_there(expression: str, kind: str, oid: str) -> str:
    """The expression where the object of that kind and oid still exists, else NULL."""
    return f"""CASE WHEN pg_catalog.pg_describe_object({_class(kind)}, {oid}, 0) IS NOT NULL
      THEN {expression} END"""


def _text_of(expression: str, kind: str, oid: str, relation: str = "c.oid") -> str:
    """The expression where its relation is not locked, and its object still exists, else NULL."""
    return f"CASE WHEN {relation} NOT IN {_LOCKED} THEN {_while_there(expression, kind, oid)} END"


_POLICY = ("pg_policy", "p.oid")

SERVER = """
SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
  pg_catalog.current_setting('server_version'),
  pg_catalog.current_database(), r.rolname, r.rolsuper, r.rolbypassrls,
  pg_catalog.pg_is_in_recovery(),
  CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN pg_catalog.pg_database_size(d.oid) END,
  pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text,
  pg_catalog.pg_get_userbyid(d.datdba),
  EXISTS (
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'cron' AND c.relname = 'job' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND pg_catalog.has_table_privilege(c.oid, 'SELECT')),
  ARRAY(SELECT e.extname FROM pg_catalog.pg_extension e ORDER BY e.extname),
  ARRAY(SELECT n.nspname FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace ORDER BY e.extname),
  ARRAY(SELECT e.extversion FROM pg_catalog.pg_extension e ORDER BY e.extname)
FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
WHERE d.datname = pg_catalog.current_database() AND r.rolname = current_user"""

# The options of a membership are columns since 16: before, the names find the NULLs of the outer query.
ROLES = """
SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolinherit, g.roleids, g.inherits, g.sets
FROM pg_catalog.pg_roles r
CROSS JOIN (VALUES (NULL::pg_catalog.bool, NULL::pg_catalog.bool)) before_16 (inherit_option, set_option)
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_agg(m.roleid) AS roleids, pg_catalog.array_agg(m.inherited) AS inherits,
    pg_catalog.array_agg(m.settable) AS sets
  FROM (
    SELECT roleid, inherit_option AS inherited, set_option AS settable
    FROM pg_catalog.pg_auth_members WHERE member = r.oid) m) g
ORDER BY r.rolname"""

# The number of rows as the planner takes it: what was counted last, in proportion to the pages that there are now. A
# table that had no page then has an unknown number now.
RELATIONS = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner), c.relispartition,
  ARRAY(SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno),
  c.relfilenode,
  CASE WHEN c.relpages > 0 AND c.reltuples >= 0
    THEN c.reltuples * (coalesce(s.bytes / b.size, c.relpages) / c.relpages::pg_catalog.float8)
    WHEN s.bytes > 0 THEN -1 ELSE c.reltuples END,
  coalesce(s.bytes / b.size, c.relpages), coalesce(s.total_bytes, c.relpages * b.size),
  c.relallvisible, c.relpages,
  c.relrowsecurity, c.relforcerowsecurity, pg_catalog.row_security_active(c.oid),
  pg_catalog.has_any_column_privilege(c.oid, 'SELECT'), pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
  c.relispopulated, c.relpersistence = 'u', c.reloptions, o.description,
  coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))::pg_catalog.text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description o ON o.classoid = {_class("pg_class")} AND o.objoid = c.oid AND o.objsubid = 0
CROSS JOIN LATERAL (
  SELECT CASE WHEN c.oid NOT IN {_LOCKED} THEN pg_catalog.pg_relation_size(c.oid) END AS bytes,
    CASE WHEN c.oid NOT IN {_LOCKED} THEN pg_catalog.pg_total_relation_size(c.oid) END AS total_bytes) s
CROSS JOIN (SELECT pg_catalog.current_setting('block_size')::pg_catalog.int8 AS size) b
WHERE {_SUBJECT} AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_depend e
  WHERE e.classid = {_class("pg_class")} AND e.objid = c.oid AND e.objsubid = 0 AND e.deptype = 'e')
ORDER BY n.nspname, c.relname"""

# A key by which rows are placed in partitions, expressions in it too, is what its columns cannot be dropped from.
COLUMNS = f"""
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
  d.oid IS NOT NULL,
  CASE WHEN d.oid IS NOT NULL THEN {_text_of("pg_catalog.pg_get_expr(d.adbin, d.adrelid)", "pg_attrdef", "d.oid")} END,
  a.attidentity <> '', a.attgenerated <> '', ln.nspname, l.collname, l.collisdeterministic,
  pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT'), o.description,
  c.relkind = 'p' AND EXISTS (
    WITH RECURSIVE tree (oid) AS (
      SELECT c.oid
      UNION ALL
      SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
      JOIN pg_catalog.pg_class m ON m.oid = i.inhrelid AND m.relkind = 'p'
    )
    SELECT FROM tree JOIN pg_catalog.pg_attribute b ON b.attrelid = tree.oid AND b.attname = a.attname
    JOIN pg_catalog.pg_depend e ON e.classid = {_class("pg_class")} AND e.objid = tree.oid AND e.objsubid = b.attnum
      AND e.refclassid = {_class("pg_class")} AND e.refobjid = tree.oid AND e.refobjsubid = 0 AND e.deptype = 'i')
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_catalog.pg_description o
  ON o.classoid = {_class("pg_class")} AND o.objoid = a.attrelid AND o.objsubid = a.attnum
WHERE {_SUBJECT} AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum"""

# Every type of a column, what its domains are made of, and what its arrays hold; with the equality of the default
# operator class, which is that of the type itself, else of what it is binary-coercible to, as GetDefaultOpClass has it.
TYPES = f"""
WITH RECURSIVE used (oid) AS (
  SELECT a.atttypid FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  WHERE {_SUBJECT} AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT part.oid FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid
  CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) part (oid) WHERE part.oid <> 0
)
SELECT t.oid, n.nspname, t.typname, t.typcategory, t.typbasetype,
  ARRAY(
    SELECT k.conname FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND NOT k.convalidated ORDER BY 1),
  CASE t.typcategory WHEN 'A' THEN t.typelem ELSE 0 END,
  e.nspname, e.oprname
FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN LATERAL (
  SELECT opn.nspname, op.oprname
  FROM pg_catalog.pg_opclass oc
  JOIN pg_catalog.pg_am am ON am.oid = oc.opcmethod
  JOIN pg_catalog.pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amoplefttype = oc.opcintype
    AND ao.amoprighttype = oc.opcintype AND ao.amopstrategy = CASE am.amname WHEN 'btree' THEN 3 ELSE 1 END
  JOIN pg_catalog.pg_operator op ON op.oid = ao.amopopr
  JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace
  JOIN pg_catalog.pg_type ot ON ot.oid = oc.opcintype
  WHERE oc.opcdefault AND am.amname IN ('btree', 'hash') AND (
    oc.opcintype = t.oid
    OR ot.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AND ot.typname = CASE
      WHEN t.typtype = 'e' THEN 'anyenum' WHEN t.typtype = 'r' THEN 'anyrange' WHEN t.typtype = 'm' THEN 'anymultirange'
      WHEN t.typcategory = 'A' THEN 'anyarray' END
    OR EXISTS (
      SELECT FROM pg_catalog.pg_cast k WHERE k.castsource = t.oid AND k.casttarget = oc.opcintype
        AND k.castmethod = 'b' AND k.castcontext = 'i'))
  ORDER BY oc.opcintype = t.oid DESC, ot.typispreferred DESC, am.amname
  LIMIT 1) e ON true"""

# NOT ENFORCED and PERIOD are columns since 18: before, the names find the values of the outer query.
# A NOT NULL is a constraint since 18, and the column says all of it but that it is not valid yet.
# Of partitions only what they declare for themselves and what may not hold.
CONSTRAINTS = f"""
SELECT k.oid, k.conrelid, k.conname, k.contype, k.conkey,
  CASE WHEN k.contype IN ('c', 'x')
    THEN {_text_of("pg_catalog.pg_get_constraintdef(k.oid)", "pg_constraint", "k.oid", "k.conrelid")}
    ELSE {_while_there("pg_catalog.pg_get_constraintdef(k.oid)", "pg_constraint", "k.oid")} END,
  CASE WHEN k.contype = 'c'
    THEN {_text_of("pg_catalog.pg_get_expr(k.conbin, k.conrelid)", "pg_constraint", "k.oid", "k.conrelid")} END,
  k.convalidated, k.enforced, k.condeferrable, k.condeferred, k.connoinherit, ic.relname,
  k.confrelid,
  CASE WHEN k.contype = 'f' THEN ARRAY(
    SELECT a.attname FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY f (attnum, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = f.attnum ORDER BY f.place) END,
  CASE WHEN k.contype = 'f' THEN ARRAY(
    SELECT n.nspname FROM pg_catalog.unnest(k.conpfeqop) WITH ORDINALITY f (oid, place)
    JOIN pg_catalog.pg_operator o ON o.oid = f.oid JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
    ORDER BY f.place) END,
  CASE WHEN k.contype = 'f' THEN ARRAY(
    SELECT o.oprname FROM pg_catalog.unnest(k.conpfeqop) WITH ORDINALITY f (oid, place)
    JOIN pg_catalog.pg_operator o ON o.oid = f.oid ORDER BY f.place) END,
  k.confmatchtype = 'f', k.confdeltype, k.confupdtype, k.period, i.indnullsnotdistinct
FROM (VALUES (true, false)) before_18 (conenforced, conperiod)
CROSS JOIN LATERAL (
  SELECT oid, conrelid, conname, contype, conkey, conbin, convalidated, conenforced AS enforced, condeferrable,
    condeferred, connoinherit, conindid, confrelid, confkey, conpfeqop, confmatchtype, confdeltype, confupdtype,
    conperiod AS period, conparentid, coninhcount
  FROM pg_catalog.pg_constraint) k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
WHERE {_SUBJECT} AND k.conparentid = 0 AND CASE WHEN c.relispartition
  THEN k.coninhcount = 0 AND (k.contype = 'f' OR k.contype IN ('c', 'n') AND NOT k.convalidated)
  ELSE k.contype IN ('p', 'u', 'f', 'c', 'x') OR k.contype = 'n' AND NOT k.convalidated END
ORDER BY k.conrelid, k.conname"""

# Other users' progress is hidden from an ordinary role, but for its process: whose locks everybody sees.
# Of partitions only what no valid index of the table above stands for; the names of their columns come along, because
# those of partitions are not read.
INDEXES = f"""
SELECT i.indexrelid, i.indrelid, n.nspname, x.relname, am.amname, i.indkey::pg_catalog.int2[], i.indnkeyatts,
  i.indoption::pg_catalog.int2[],
  ARRAY(
    SELECT pg_catalog.concat(qn.nspname, '.', q.opcname)
    FROM pg_catalog.unnest(i.indclass::pg_catalog.oid[]) WITH ORDINALITY u (oid, place)
    JOIN pg_catalog.pg_opclass q ON q.oid = u.oid JOIN pg_catalog.pg_namespace qn ON qn.oid = q.opcnamespace
    ORDER BY u.place),
  ARRAY(
    SELECT CASE WHEN u.oid <> coalesce(a.attcollation, 0) THEN pg_catalog.concat(ln.nspname, '.', l.collname) END
    FROM ROWS FROM (
      pg_catalog.unnest(i.indcollation::pg_catalog.oid[]), pg_catalog.unnest(i.indkey::pg_catalog.int2[])
    ) WITH ORDINALITY u (oid, attnum, place)
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum AND u.attnum <> 0
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = u.oid
    LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
    WHERE u.place <= i.indnkeyatts ORDER BY u.place),
  CASE WHEN i.indexprs IS NOT NULL THEN {
    _text_of(
        '''ARRAY(
    SELECT CASE WHEN u.attnum = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, u.place::pg_catalog.int4, false) END
    FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY u (attnum, place) ORDER BY u.place)''',
        "pg_class",
        "i.indexrelid",
        "i.indrelid",
    )
} END,
  i.indpred IS NOT NULL,
  CASE WHEN i.indpred IS NOT NULL THEN {
    _text_of("pg_catalog.pg_get_expr(i.indpred, i.indrelid)", "pg_class", "i.indexrelid", "i.indrelid")
} END,
  {_text_of("pg_catalog.pg_get_indexdef(i.indexrelid)", "pg_class", "i.indexrelid", "i.indrelid")},
  i.indisunique, i.indisprimary, i.indisvalid, i.indisready, i.indimmediate, i.indnullsnotdistinct,
  EXISTS (
    SELECT FROM pg_catalog.pg_stat_progress_create_index p JOIN pg_catalog.pg_locks l ON l.pid = p.pid
    WHERE l.relation = i.indrelid AND coalesce(p.index_relid, i.indexrelid) = i.indexrelid) AND NOT i.indisvalid,
  k.conname, x.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8,
  CASE WHEN c.relispartition THEN ARRAY(
    SELECT a.attname FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY u (attnum, place)
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum AND u.attnum <> 0
    ORDER BY u.place) END,
  x.relispartition
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = x.relam
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
WHERE {_SUBJECT} AND i.indislive AND (NOT x.relispartition OR EXISTS (
  SELECT FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_index above ON above.indexrelid = h.inhparent
  WHERE h.inhrelid = i.indexrelid AND NOT above.indisvalid))
ORDER BY i.indrelid, x.relname"""

STATISTICS = """
SELECT c.oid, s.attname, s.null_frac, s.n_distinct, s.avg_width, s.most_common_vals::pg_catalog.text,
  s.most_common_freqs::pg_catalog.text, s.histogram_bounds::pg_catalog.text
FROM pg_catalog.pg_stats s
JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND s.inherited = (c.relkind = 'p')"""

# Where an expression has subqueries, pg_get_expr locks what they read.
POLICIES = f"""
SELECT p.polrelid, p.polname, p.polcmd, p.polpermissive,
  ARRAY(
    SELECT CASE WHEN u.oid = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(u.oid) END
    FROM pg_catalog.unnest(p.polroles) u (oid) ORDER BY 1),
  p.polqual IS NOT NULL,
  CASE WHEN r.free THEN {_while_there("pg_catalog.pg_get_expr(p.polqual, p.polrelid)", *_POLICY)} END,
  p.polwithcheck IS NOT NULL,
  CASE WHEN r.free THEN {_while_there("pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)", *_POLICY)} END,
  ARRAY(
    SELECT DISTINCT a.attname FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = {_class("pg_policy")} AND d.objid = p.oid AND d.refclassid = {_class("pg_class")}
      AND d.refobjid = p.polrelid AND d.refobjsubid > 0
    ORDER BY 1)
FROM pg_catalog.pg_policy p
CROSS JOIN LATERAL (
  SELECT NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = {_class("pg_policy")} AND d.objid = p.oid AND d.refclassid = {_class("pg_class")}
      AND d.refobjid IN {_LOCKED}) AS free) r
ORDER BY p.polrelid, p.polname"""

# Most tables share a few lists of privileges: each list is taken apart once, and tables name theirs by its text.
GRANTS = f"""
SELECT NULL::pg_catalog.oid, NULL::pg_catalog.text, s.acl::pg_catalog.text,
  CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable
FROM (
  SELECT DISTINCT coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner)) AS acl FROM pg_catalog.pg_class c
  WHERE {_SUBJECT}) s
CROSS JOIN LATERAL pg_catalog.aclexplode(s.acl) x
UNION ALL
SELECT a.attrelid, a.attname, NULL,
  CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) x
WHERE {_SUBJECT} AND a.attacl IS NOT NULL AND NOT a.attisdropped"""

TRIGGERS = f"""
SELECT t.tgrelid, t.tgname, t.tgenabled,
  {_text_of("pg_catalog.pg_get_triggerdef(t.oid)", "pg_trigger", "t.oid", "t.tgrelid")}
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE {_SUBJECT} AND NOT c.relispartition AND NOT t.tgisinternal
ORDER BY t.tgrelid, t.tgname"""

# pg_get_viewdef locks what the view reads.
VIEWS = f"""
SELECT c.oid,
  CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.unnest(d.relations) r (oid) WHERE r.oid IN {_LOCKED})
    THEN {_text_of("pg_catalog.pg_get_viewdef(c.oid)", "pg_class", "c.oid")} END,
  d.relations
FROM pg_catalog.pg_class c
CROSS JOIN LATERAL (
  SELECT ARRAY(
    SELECT DISTINCT e.refobjid FROM pg_catalog.pg_rewrite w
    JOIN pg_catalog.pg_depend e ON e.classid = {_class("pg_rewrite")} AND e.objid = w.oid
      AND e.refclassid = {_class("pg_class")} AND e.refobjid <> c.oid
    WHERE w.ev_class = c.oid ORDER BY 1) AS relations) d
WHERE {_SUBJECT} AND c.relkind IN ('v', 'm')"""

REFRESH_FUNCTIONS = f"""
SELECT n.nspname, p.proname, p.prosrc
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid >= 16384 AND p.prosrc ~* 'refresh\\s+materialized\\s+view' AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_depend e
  WHERE e.classid = {_class("pg_proc")} AND e.objid = p.oid AND e.deptype = 'e')
ORDER BY n.nspname, p.proname, p.oid"""

# What joins tables, for the columns that it sets equal; the body of one that is kept parsed (BEGIN ATOMIC) is deparsed
# under locks on what it reads, so only while nobody holds one.
ROUTINES = f"""
SELECT n.nspname, p.proname, l.lanname, CASE
  WHEN l.lanname = 'sql' AND p.prosqlbody IS NULL THEN p.prosrc
  WHEN p.prosqlbody IS NULL OR NOT EXISTS {_LOCKED} THEN
    {_while_there("pg_catalog.pg_get_functiondef(p.oid)", "pg_proc", "p.oid")} END
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.oid >= 16384 AND l.lanname IN ('sql', 'plpgsql') AND p.prokind IN ('f', 'p')
  AND (p.prosqlbody IS NOT NULL OR p.prosrc ~* '\\m(join|where|using)\\M') AND length(p.prosrc) < 50000
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend e
    WHERE e.classid = {_class("pg_proc")} AND e.objid = p.oid AND e.deptype = 'e')
ORDER BY n.nspname, p.proname, p.oid"""

# A policy of pg_cron shows each role its own jobs; the audit's `row_security = off` would be an error.
CRON_JOBS = """
SELECT coalesce(j.jobname, j.jobid::pg_catalog.text), j.command, j.schedule
FROM (SELECT pg_catalog.set_config('row_security', 'on', true)) s, cron.job j
WHERE j.active AND j.database = pg_catalog.current_database()
ORDER BY j.jobid"""

ALL = (
    SERVER,
    ROLES,
    RELATIONS,
    COLUMNS,
    TYPES,
    CONSTRAINTS,
    INDEXES,
    POLICIES,
    GRANTS,
    TRIGGERS,
    VIEWS,
    REFRESH_FUNCTIONS,
    ROUTINES,
)
"""What is always asked, in one message. `STATISTICS` goes alone, because it can weigh as much as all of these;
`CRON_JOBS` only where SERVER says that they can be read."""
