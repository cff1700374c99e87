-- Who may put things of their own beside ours, or where names without a schema are looked up.
-- params: 0
-- rows: many
WITH maker AS (
	SELECT n.nspname, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS who
	  FROM pg_namespace n
	 CROSS JOIN aclexplode(n.nspacl) g
	  LEFT JOIN pg_roles r ON r.oid = g.grantee
	 WHERE n.nspname IN ('tenantd', 'public') AND g.privilege_type = 'CREATE' AND g.grantee <> n.nspowner
	   AND g.grantee <> (SELECT o.nspowner FROM pg_namespace o WHERE o.nspname = 'tenantd')
	   AND (g.grantee = 0 OR (NOT r.rolsuper AND r.rolname <> 'pg_database_owner'
	                          AND (n.nspname = 'tenantd' OR r.rolname <> current_user)))
)
SELECT m.nspname, 'create',
       CASE WHEN m.nspname = 'tenantd' AND m.who <> quote_ident(current_user) THEN 'failed' ELSE 'warning' END,
       format('%s may create things in it: REVOKE CREATE ON SCHEMA %I FROM %s', m.who, m.nspname, m.who)
  FROM maker m
UNION ALL
SELECT n.nspname, 'create', 'ok', 'nobody else may create things in it'
  FROM pg_namespace n
 WHERE n.nspname IN ('tenantd', 'public') AND NOT EXISTS (SELECT FROM maker m WHERE m.nspname = n.nspname)
 ORDER BY 1, 4;
