-- Views see with their owner's eyes unless they say security_invoker; what is materialized or
-- foreign has no policies at all.
-- params: 0
-- rows: many
WITH protected AS (
	SELECT c.oid FROM pg_class c
	 WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity
), over AS (
	SELECT DISTINCT v.oid, v.relkind, v.relowner, v.reloptions, n.nspname || '.' || v.relname AS name,
	       v.oid::regclass AS sql_name
	  FROM pg_class v
	  JOIN pg_namespace n ON n.oid = v.relnamespace
	  JOIN pg_rewrite w ON w.ev_class = v.oid
	  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
	   AND d.refclassid = 'pg_class'::regclass
	  JOIN protected p ON p.oid = d.refobjid
	 WHERE v.relkind IN ('v', 'm') AND v.relpersistence <> 't'
)
SELECT o.name, 'view', 'warning',
       format('it shows the rows of protected tables as "%s", which no policy holds: '
           'ALTER VIEW %s SET (security_invoker = true), or ALTER VIEW %s OWNER TO another role',
           r.rolname, o.sql_name, o.sql_name)
  FROM over o JOIN pg_roles r ON r.oid = o.relowner
 WHERE o.relkind = 'v' AND (r.rolsuper OR r.rolbypassrls)
   AND NOT coalesce(o.reloptions && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1',
                                          'security_invoker=yes'], false)
UNION ALL
SELECT o.name, 'materialized view', 'warning',
       format('it keeps rows of protected tables where no policy reaches: see who may read %s', o.sql_name)
  FROM over o WHERE o.relkind = 'm'
UNION ALL
SELECT n.nspname || '.' || c.relname, 'foreign table', 'warning',
       'it has a tenant_id, and no policy reaches a foreign table: see who may read it'
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'f'
   AND EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
 ORDER BY 1;
