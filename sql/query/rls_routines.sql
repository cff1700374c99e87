-- Functions as ways around: ours that work with the owner's rights or change them are for the
-- owner and the server; others' see with their owner's eyes when they are SECURITY DEFINER.
-- params: 0
-- rows: many
WITH held AS (
	SELECT n.nspname, c.relname, n.nspname || '.' || c.relname AS name,
	       '(^|\W)' || regexp_replace(c.relname, '(\W)', '\\\1', 'g') || '(\W|$)' AS word
	  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	 WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity
), definer AS (
	SELECT f.oid, n.nspname || '.' || f.proname AS name, r.rolname,
	       coalesce(pg_get_function_sqlbody(f.oid), f.prosrc) AS body,
	       array_to_string(f.proconfig, ' ') AS settings
	  FROM pg_proc f
	  JOIN pg_namespace n ON n.oid = f.pronamespace
	  JOIN pg_roles r ON r.oid = f.proowner
	 WHERE f.prosecdef AND (r.rolsuper OR r.rolbypassrls)
	   AND n.nspname NOT IN ('tenantd', 'information_schema') AND n.nspname !~ '^pg_'
), around AS (
	SELECT d.oid, d.name, d.rolname, string_agg(h.name, ', ' ORDER BY h.name) AS tables
	  FROM definer d JOIN held h ON d.body ~* h.word
	   -- our names are everyday words
	   AND (h.nspname <> 'tenantd' OR concat(d.body, d.settings) ~* '\mtenantd\M')
	 GROUP BY d.oid, d.name, d.rolname
), ours AS (
	SELECT f.oid, f.proname, coalesce(f.proacl, acldefault('f', f.proowner)) AS acl, f.proowner, n.nspowner
	  FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
	 WHERE n.nspname = 'tenantd' AND (f.prosecdef OR f.proname IN ('grant_roles', 'protect'))
), open AS (
	SELECT o.oid, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS who
	  FROM ours o, aclexplode(o.acl) g
	  LEFT JOIN pg_roles r ON r.oid = g.grantee
	 WHERE g.grantee NOT IN (o.proowner, o.nspowner)
	   AND (g.grantee = 0 OR (r.rolname <> current_user AND NOT r.rolsuper))
)
SELECT 'tenantd.' || f.proname || '()', 'execute', 'failed',
       format('%s may call it: REVOKE ALL ON FUNCTION %s FROM %s', o.who, o.oid::regprocedure, o.who)
  FROM open o JOIN pg_proc f ON f.oid = o.oid
UNION ALL
SELECT 'tenantd', 'execute', 'ok', 'only the owner and the server may call what runs as the owner'
 WHERE NOT EXISTS (SELECT FROM open)
UNION ALL
SELECT a.name || '()', 'definer', 'warning',
       format('it runs as "%s", which no policy holds, and speaks of %s: ALTER FUNCTION %s SECURITY INVOKER, '
           'or OWNER TO another role', a.rolname, a.tables, a.oid::regprocedure)
  FROM around a
 ORDER BY 1, 2, 4;
