-- Rights that no policy holds: TRUNCATE ignores row-level security, and what is written down in
-- the audit table stays.
-- params: 0
-- rows: many
WITH held AS (
	SELECT c.oid, c.relacl, c.relowner, n.nspname || '.' || c.relname AS name
	  FROM pg_class c
	  JOIN pg_namespace n ON n.oid = c.relnamespace
	 WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
	   AND (c.relrowsecurity OR n.nspname = 'tenantd' OR n.nspname || '.' || c.relname IN ('public.tenants', 'public.users'))
)
SELECT h.name, 'truncate', 'failed',
       format('%s may empty it of all tenants'' rows, which no policy holds: REVOKE TRUNCATE ON %s FROM %s',
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE format('"%s"', pg_get_userbyid(g.grantee)) END,
           h.oid::regclass,
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END)
  FROM held h, aclexplode(h.relacl) g
  LEFT JOIN pg_roles r ON r.oid = g.grantee
 WHERE g.privilege_type = 'TRUNCATE' AND g.grantee <> h.relowner AND NOT coalesce(r.rolsuper, false)
UNION ALL
SELECT 'tenantd.audit', 'append only', CASE WHEN may.rights IS NULL THEN 'ok' ELSE 'failed' END,
       CASE WHEN may.rights IS NULL THEN 'the server only adds to it'
            ELSE format('the server may change what was written down (%s): REVOKE %s ON tenantd.audit FROM %I',
                 may.rights, may.rights, current_user) END
  FROM pg_namespace n, pg_class c,
       LATERAL (SELECT string_agg(p.name, ', ' ORDER BY p.name) AS rights
                  FROM (VALUES ('UPDATE', has_any_column_privilege(c.oid, 'UPDATE')),
                               ('DELETE', has_table_privilege(c.oid, 'DELETE')),
                               ('TRUNCATE', has_table_privilege(c.oid, 'TRUNCATE'))) AS p (name, has)
                 WHERE p.has) AS may
 WHERE n.nspname = 'tenantd' AND c.relnamespace = n.oid AND c.relname = 'audit'
   AND pg_get_userbyid(n.nspowner) <> current_user
   AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND r.rolsuper)
 ORDER BY 1, 2, 4;
