-- Who else may log in and become a role that manages: whoever the server's, the owner's or the
-- control role was granted to, directly or through others. From 16 on, who made a role is its member
-- to administer it alone, as whoever may create roles could before, without a membership.
-- params: 0
-- rows: many
WITH managing AS (
	SELECT n.nspowner AS oid, 'owner of the tables' AS what FROM pg_namespace n WHERE n.nspname = 'tenantd'
	UNION
	SELECT r.oid, 'server''s role' FROM pg_roles r WHERE r.rolname = current_user
	UNION
	SELECT r.oid, 'control role'
	  FROM pg_proc f
	  JOIN pg_namespace n ON n.oid = f.pronamespace AND n.nspname = 'tenantd'
	  JOIN pg_roles r ON r.rolname = replace(substring(pg_get_function_sqlbody(f.oid)
	           FROM 'pg_has_role\(CURRENT_USER, ''(([^'']|'''')+)'''), '''''', '''')
	 WHERE f.proname = 'is_control' AND f.pronargs = 0
), other AS (
	SELECT r.rolname, m.oid, m.what,
	       pg_has_role(r.oid, m.oid, CASE WHEN current_setting('server_version_num')::int < 160000
	                                      THEN 'MEMBER' ELSE 'SET, USAGE' END) AS becomes
	  FROM pg_roles r, managing m
	 WHERE r.rolcanlogin AND NOT r.rolsuper AND r.oid NOT IN (SELECT oid FROM managing)
	   AND pg_has_role(r.oid, m.oid, 'MEMBER')
)
SELECT o.rolname, 'membership', 'failed',
       format('it may become "%s", the %s, and see every tenant: REVOKE %I FROM %I, or from the role between them',
           pg_get_userbyid(o.oid), string_agg(o.what, ' and the ' ORDER BY o.what), pg_get_userbyid(o.oid), o.rolname)
  FROM other o WHERE o.becomes GROUP BY o.rolname, o.oid
UNION ALL
SELECT o.rolname, 'membership', 'warning',
       format('it administers "%s", the %s, and may let itself become it: guard its login',
           pg_get_userbyid(o.oid), string_agg(o.what, ' and the ' ORDER BY o.what))
  FROM other o WHERE NOT o.becomes GROUP BY o.rolname, o.oid
UNION ALL
-- for the tables that grants alone protect, as good as a grant
SELECT r.rolname, 'membership', CASE p.rolname WHEN 'pg_write_all_data' THEN 'failed' ELSE 'warning' END,
       format('it is a member of "%s", and grants are what protects the registry: REVOKE %I FROM %I, or from the '
           'role between them', p.rolname, p.rolname, r.rolname)
  FROM pg_roles r, pg_roles p
 WHERE p.rolname IN ('pg_read_all_data', 'pg_write_all_data') AND r.rolcanlogin AND NOT r.rolsuper
   AND r.oid NOT IN (SELECT oid FROM managing) AND pg_has_role(r.oid, p.oid, 'MEMBER')
UNION ALL
SELECT 'managing roles', 'membership', 'ok', 'nobody else may log in and become one of them'
 WHERE NOT EXISTS (SELECT FROM other o WHERE o.becomes)
 ORDER BY 1, 4;
