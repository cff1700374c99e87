-- Who has rights on our tables, beyond what grant_roles() gives. Exempt ones are protected by
-- grants alone, and what others write among our mechanisms the server acts on. The shared
-- registry is other applications' too, so there only PUBLIC is too many.
-- params: 0
-- rows: many
WITH watched AS (
	SELECT c.oid, c.relacl, c.relowner, n.nspname || '.' || c.relname AS name,
	       n.nspname = 'tenantd' OR n.nspname || '.' || c.relname
	           IN ('public.tenants', 'public.users', 'public.tenant_users') AS ours,
	       -- what row-level security holds, or what tells nothing of tenants
	       CASE WHEN n.nspname || '.' || c.relname IN ('tenantd.migrations', 'tenantd.rls_exempt',
	                'tenantd.event_head', 'tenantd.server_rights', 'tenantd.tenant_transitions') THEN true
	            WHEN n.nspname = 'tenantd' OR n.nspname || '.' || c.relname = 'public.tenant_users'
	            THEN c.relrowsecurity AND c.relforcerowsecurity ELSE false END AS readable
	  FROM pg_class c
	  JOIN pg_namespace n ON n.oid = c.relnamespace
	  LEFT JOIN tenantd.rls_exempt e ON e.relation = n.nspname || '.' || c.relname
	 WHERE c.relkind IN ('r', 'p', 'f', 'S')
	   AND (n.nspname = 'tenantd' OR e.relation IS NOT NULL
	        OR n.nspname || '.' || c.relname IN ('public.tenants', 'public.users', 'public.tenant_users'))
), rights AS (
	SELECT w.oid, w.name, w.readable, g.grantee, g.privilege_type
	  FROM watched w
	 CROSS JOIN LATERAL (SELECT w.relacl AS acl
	                      UNION ALL SELECT a.attacl FROM pg_attribute a WHERE a.attrelid = w.oid) AS acls,
	       aclexplode(acls.acl) g
	  LEFT JOIN pg_roles r ON r.oid = g.grantee
	 WHERE g.grantee = 0
	    OR (w.ours AND g.grantee <> w.relowner AND r.rolname <> current_user AND NOT r.rolsuper
	        AND g.grantee <> (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'tenantd'))
), granted AS (
	SELECT r.oid, r.name, CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE format('"%s"', pg_get_userbyid(r.grantee)) END AS who,
	       CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.grantee)) END AS sql_who,
	       r.readable AND bool_and(r.privilege_type = 'SELECT') AS weak,
	       string_agg(DISTINCT r.privilege_type, ', ') AS rights
	  FROM rights r GROUP BY r.oid, r.name, r.readable, r.grantee
)
SELECT g.name, 'grants', CASE WHEN g.weak THEN 'warning' ELSE 'failed' END,
       format('%s has %s on it%s: REVOKE ALL ON %s %s FROM %s', g.who, g.rights,
           CASE WHEN g.weak THEN ', which applications need not' ELSE ', and grants are what protects it' END,
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, g.oid::regclass, g.sql_who)
  FROM granted g JOIN pg_class c ON c.oid = g.oid
UNION ALL
SELECT w.name, 'grants', 'ok', CASE WHEN w.ours THEN 'only the owner and the server have rights on it'
                                    ELSE 'PUBLIC has no right on it' END
  FROM watched w JOIN pg_class c ON c.oid = w.oid
 WHERE c.relkind <> 'S' AND NOT EXISTS (SELECT FROM granted g WHERE g.oid = w.oid)
 ORDER BY 1, 4;
