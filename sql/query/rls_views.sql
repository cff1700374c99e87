-- Views see with their owner's eyes unless they say security_invoker, and so does a view over such
-- a view; what is materialized or foreign has no policies at all. Whoever is given one that no
-- policy holds sees all tenants.
-- params: 0
-- rows: many
WITH RECURSIVE direct AS (
	SELECT DISTINCT v.oid, v.relkind, v.relowner, v.relname, v.relnamespace, d.refobjid,
	       v.relkind = 'v' AND coalesce(v.reloptions && ARRAY['security_invoker=true', 'security_invoker=on',
	           'security_invoker=1', 'security_invoker=yes'], false) AS invoker
	  FROM pg_class v
	  JOIN pg_rewrite w ON w.ev_class = v.oid
	  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
	   AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
	 WHERE v.relkind IN ('v', 'm') AND v.relpersistence <> 't'
), shown AS (
	SELECT d.oid, d.relkind, d.invoker,
	       format('the rows of protected tables as "%s", which no policy holds', r.rolname) AS what, true AS told
	  FROM direct d
	  JOIN pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p') AND t.relrowsecurity
	  JOIN pg_roles r ON r.oid = d.relowner
	 WHERE d.relkind = 'v' AND NOT d.invoker AND (r.rolsuper OR r.rolbypassrls)
	UNION
	-- a materialized view keeps what its owner saw, through whatever view
	SELECT m.oid, m.relkind, false, 'rows of protected tables, kept where no policy reaches', true
	  FROM direct m, LATERAL (
	           WITH RECURSIVE below AS (
	               SELECT m.refobjid AS oid UNION SELECT d.refobjid FROM below b JOIN direct d ON d.oid = b.oid)
	           SELECT 1 FROM below b JOIN pg_class t ON t.oid = b.oid
	            WHERE t.relkind IN ('r', 'p') AND t.relrowsecurity LIMIT 1) AS held
	 WHERE m.relkind = 'm'
	UNION
	-- the registry's own half is for nobody else, whoever's the eyes
	SELECT d.oid, d.relkind, d.invoker, format('rows of %s, which grants alone protect', d.refobjid::regclass), false
	  FROM direct d
	  JOIN pg_class t ON t.oid = d.refobjid
	  JOIN pg_namespace n ON n.oid = t.relnamespace
	 WHERE n.nspname || '.' || t.relname IN ('public.tenants', 'public.users', 'tenantd.names') AND NOT d.invoker
	   AND d.oid <> 'tenantd.my_tenant'::regclass
	UNION
	SELECT d.oid, d.relkind, d.invoker, s.what, s.told
	  FROM shown s JOIN direct d ON d.refobjid = s.oid AND NOT d.invoker AND d.relkind = 'v'
), judged AS (
	SELECT s.oid, s.relkind, string_agg(DISTINCT s.what, ', and ') AS what, bool_or(s.told) AS told,
	       (SELECT string_agg(DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC'
	                                        ELSE quote_ident(pg_get_userbyid(g.grantee)) END, ', ')
	          FROM (SELECT c.relacl AS acl
	                 UNION ALL SELECT a.attacl FROM pg_attribute a WHERE a.attrelid = c.oid) AS acls,
	               aclexplode(acls.acl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
	         WHERE g.grantee <> c.relowner AND (g.grantee = 0 OR (NOT r.rolsuper AND r.rolname <> current_user
	           AND g.grantee <> (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'tenantd')))) AS others
	  FROM shown s JOIN pg_class c ON c.oid = s.oid
	 GROUP BY s.oid, s.relkind, c.oid, c.relacl, c.relowner
)
SELECT n.nspname || '.' || c.relname, CASE j.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END,
       CASE WHEN j.others IS NULL THEN 'warning' ELSE 'failed' END,
       CASE WHEN j.others IS NOT NULL
            THEN format('it shows %s, to %s: REVOKE ALL ON TABLE %s FROM %s', j.what, j.others, j.oid::regclass, j.others)
            WHEN j.relkind = 'm' THEN format('it has %s: see who may read %s', j.what, j.oid::regclass)
            ELSE format('it shows %s: ALTER VIEW %s SET (security_invoker = true), or ALTER VIEW %s OWNER TO another role',
                j.what, j.oid::regclass, j.oid::regclass) END
  FROM judged j
  JOIN pg_class c ON c.oid = j.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE j.told OR j.others IS NOT NULL
UNION ALL
SELECT n.nspname || '.' || c.relname, 'foreign table', 'warning',
       'it has a tenant_id, and no policy reaches a foreign table: see who may read it'
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'f'
   AND EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND lower(a.attname) IN ('tenant_id', 'tenantid') AND NOT a.attisdropped)
 ORDER BY 1;
