-- Every permissive policy says one of the known things; anything else is shown and fails, since
-- one policy that lets through is enough. Compared without blanks, parentheses and casts: what
-- PostgreSQL prints is canonical, and no known form has more than one OR.
-- params: 0
-- rows: many
WITH form AS (
	SELECT '(SELECT)?(NULLIF)?current_setting''app\.current_tenant_id''(,true)?(,'''')?(AS"nullif"|AScurrent_setting)?' AS setting,
	       '(SELECTtenantd\.current_tenantAScurrent_tenant|tenantd\.current_tenant)' AS current,
	       '(SELECTtenantd\.is_managementASis_management|tenantd\.is_management)' AS management
), said AS (
	SELECT n.nspname || '.' || c.relname AS name, c.oid::regclass AS sql_name, p.polname, x.part, x.expr,
	       regexp_replace(
	           regexp_replace(
	               regexp_replace(x.expr, '"?\mtenant_?id\M"?', 'tenant_id', 'gi'),
	               '::(text|uuid|character varying(\(\d+\))?|name)', '', 'g'),
	           '[\s()]', '', 'g') AS plain,
	       n.nspname = 'tenantd' OR n.nspname || '.' || c.relname = 'public.tenant_users' AS ours
	  FROM pg_policy p
	  JOIN pg_class c ON c.oid = p.polrelid
	  JOIN pg_namespace n ON n.oid = c.relnamespace
	  LEFT JOIN tenantd.rls_exempt e ON e.relation = n.nspname || '.' || c.relname
	   AND (e.relation IN ('public.custom_auth_tenant', 'public.tenants', 'public.users', 'tenantd.names')
	        OR n.nspname <> 'tenantd' AND e.relation <> 'public.tenant_users')
	 CROSS JOIN LATERAL (VALUES ('USING', pg_get_expr(p.polqual, p.polrelid)),
	                            ('WITH CHECK', pg_get_expr(p.polwithcheck, p.polrelid))) AS x (part, expr)
	 WHERE p.polpermissive AND x.expr IS NOT NULL AND e.relation IS NULL
	   AND EXISTS (SELECT FROM pg_attribute a
	                WHERE a.attrelid = c.oid AND lower(a.attname) IN ('tenant_id', 'tenantid') AND NOT a.attisdropped)
), judged AS (
	SELECT s.*, s.plain ~ ('^tenant_id=' || f.current || 'OR' || f.management || '$')
	         OR (NOT s.ours AND s.plain ~ ('^(((' || f.setting || '=''unset''|' || f.management || ')OR)?'
	                 || '(tenant_id=(' || f.setting || '|' || f.current || ')|(' || f.setting || '|' || f.current || ')=tenant_id)'
	                 || '|(tenant_id=(' || f.setting || '|' || f.current || ')|(' || f.setting || '|' || f.current || ')=tenant_id)'
	                 || 'OR(' || f.setting || '=''unset''|' || f.management || '))$')) AS known
	  FROM said s, form f
)
SELECT j.name, 'policy ' || j.polname,
       CASE WHEN j.known THEN 'ok' ELSE 'failed' END,
       CASE WHEN j.known THEN format('%s %s', j.part, j.expr)
            ELSE format('%s is not a form that is known to keep tenants apart: %s (DROP POLICY %I ON %s%s)',
                 j.part, j.expr, j.polname, j.sql_name,
                 CASE WHEN j.ours THEN format(', then SELECT tenantd.protect(%L)', j.sql_name) ELSE '' END) END
  FROM judged j
 ORDER BY j.name, j.polname, j.part;
