"""What lies in the schemas tenantd and public, a line for each thing, by PostgreSQL's own
catalogs: for servers newer than the pg_dump that is there. Owners, grants and is_control(),
which is made for each installation's roles, are left out."""
import contextlib

import psycopg2

PARTS = {
    "relation": """SELECT c.oid::regclass::text, concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions)
                     FROM pg_class c WHERE c.relnamespace IN ({schemas}) AND c.relkind NOT IN ('i', 'I')""",
    # its place among those that are left: a dump knows nothing of the ones that were dropped
    "column": """SELECT a.attrelid::regclass || '.' || a.attname, concat_ws(' ',
                        row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod),
                        a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
                   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                  WHERE c.relnamespace IN ({schemas}) AND c.relkind NOT IN ('i', 'I') AND a.attnum > 0
                    AND NOT a.attisdropped""",
    # from 18 on NOT NULL is a constraint as well; columns say it
    "constraint": """SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
                      WHERE connamespace IN ({schemas}) AND contype <> 'n'""",
    "index": "SELECT c.oid::regclass::text, pg_get_indexdef(c.oid) FROM pg_class c"
             " WHERE c.relnamespace IN ({schemas}) AND c.relkind IN ('i', 'I')",
    "trigger": """SELECT t.tgrelid::regclass || ' ' || t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
                    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                   WHERE c.relnamespace IN ({schemas}) AND NOT t.tgisinternal""",
    "function": """SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc
                    WHERE pronamespace IN ({schemas}) AND proname <> 'is_control'""",
    "view": "SELECT c.oid::regclass::text, pg_get_viewdef(c.oid) FROM pg_class c"
            " WHERE c.relnamespace IN ({schemas}) AND c.relkind IN ('v', 'm')",
    "policy": """SELECT polrelid::regclass || ' ' || polname, concat_ws(' ', polcmd, polpermissive, polroles,
                        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
                   FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace IN ({schemas})""",
}
SCHEMAS = "SELECT oid FROM pg_namespace WHERE nspname IN ('tenantd', 'public')"


def listing(conninfo):
    lines = []
    with contextlib.closing(psycopg2.connect(conninfo)) as c, c.cursor() as cursor:
        for part, query in PARTS.items():
            cursor.execute(query.format(schemas=SCHEMAS) + " ORDER BY 1, 2")
            rows = cursor.fetchall()
            assert rows, f"there is no {part}"
            lines += [f"{part} {name}: {what}" for name, what in rows]
    return "\n".join(lines)
