-- Rights that no policy holds: TRUNCATE ignores row-level security, and what is written down in
-- the audit table stays: of a row the server sets number and seal, which the guards let it do once.
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
                  FROM (VALUES ('UPDATE', EXISTS (SELECT FROM pg_attribute k
                                                 WHERE k.attrelid = c.oid AND k.attnum > 0 AND NOT k.attisdropped
                                                   AND k.attname NOT IN ('seq', 'seal')
                                                   AND has_column_privilege(c.oid, k.attnum, 'UPDATE'))),
                               ('DELETE', has_table_privilege(c.oid, 'DELETE')),
                               ('TRUNCATE', has_table_privilege(c.oid, 'TRUNCATE'))) AS p (name, has)
                 WHERE p.has) AS may
 WHERE n.nspname = 'tenantd' AND c.relnamespace = n.oid AND c.relname = 'audit'
   AND pg_get_userbyid(n.nspowner) <> current_user
   AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND r.rolsuper)
UNION ALL
SELECT 'tenantd.' || w.name, 'guard', CASE WHEN g.missing IS NULL THEN 'ok' ELSE 'failed' END,
       CASE WHEN g.missing IS NULL THEN 'what is in it stays, whoever comes'
            ELSE format('what keeps its rows is off or another (%s): as the owner, ALTER TABLE tenantd.%s ENABLE ALWAYS TRIGGER %s',
                 g.missing, w.name, g.missing) END
  FROM (VALUES ('audit', 'audit_guard', ARRAY['audit_guard_rows', 'audit_guard_table']),
               ('audit_checkpoints', 'audit_checkpoints_guard',
                ARRAY['audit_checkpoints_guard_rows', 'audit_checkpoints_guard_table'])) AS w (name, body, triggers)
  JOIN pg_namespace n ON n.nspname = 'tenantd'
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
 CROSS JOIN LATERAL (
       SELECT string_agg(i.name, ', ' ORDER BY i.name) AS missing
         FROM unnest(w.triggers) AS i (name)
        WHERE NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
                           WHERE t.tgrelid = c.oid AND t.tgname = i.name AND t.tgenabled = 'A'
                             AND f.pronamespace = n.oid AND f.proname = w.body AND f.proowner = n.nspowner)) AS g
 ORDER BY 1, 2, 4;
