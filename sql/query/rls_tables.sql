-- Every table with a tenant_id, and every exempt one: enabled, forced, with a policy, owned rightly.
-- A partition is held by its parent's policies unless somebody may reach it directly: by a
-- grant, or because we are its owner.
-- params: 0
-- rows: many
WITH aware AS (
	SELECT c.oid, n.nspname || '.' || c.relname AS name, c.oid::regclass AS sql_name,
	       c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, c.relowner, e.reason,
	       c.relispartition AND NOT pg_has_role(current_user, c.relowner, 'MEMBER')
	           AND NOT EXISTS (
	           SELECT FROM aclexplode(c.relacl) g WHERE g.grantee <> c.relowner) AS inner_part,
	       n.nspname = 'tenantd' OR n.nspname || '.' || c.relname = 'public.tenant_users'
	           OR e.relation IN ('public.tenants', 'public.users') AS ours,
	       (SELECT o.nspowner FROM pg_namespace o WHERE o.nspname = 'tenantd') AS owner
	  FROM pg_class c
	  JOIN pg_namespace n ON n.oid = c.relnamespace
	  LEFT JOIN tenantd.rls_exempt e ON e.relation = n.nspname || '.' || c.relname
	 WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
	   AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
	   AND (e.relation IS NOT NULL OR EXISTS (
	           SELECT FROM pg_attribute a
	            WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
)
SELECT found.name, found.topic, found.verdict, found.words FROM (
	SELECT a.name, 1 AS place, 'exempt' AS topic, 'exempt' AS verdict, a.reason AS words
	  FROM aware a WHERE a.reason IS NOT NULL
	UNION ALL
	SELECT a.name, 2, 'enabled', CASE WHEN a.enabled OR a.inner_part THEN 'ok' ELSE 'failed' END,
	       CASE WHEN a.enabled THEN 'row-level security is on'
	            WHEN a.inner_part THEN 'a partition that only its owner reaches directly'
	            ELSE format('row-level security is off: ALTER TABLE %s ENABLE ROW LEVEL SECURITY', a.sql_name) END
	  FROM aware a WHERE a.reason IS NULL
	UNION ALL
	SELECT a.name, 3, 'forced', CASE WHEN a.forced THEN 'ok' ELSE 'failed' END,
	       CASE WHEN a.forced THEN 'its owner is held as well'
	            ELSE format('its owner is not held by the policies: ALTER TABLE %s FORCE ROW LEVEL SECURITY', a.sql_name) END
	  FROM aware a WHERE a.reason IS NULL AND NOT (a.inner_part AND NOT a.enabled)
	UNION ALL
	SELECT a.name, 4, 'policy', CASE WHEN p.n > 0 THEN 'ok' ELSE 'failed' END,
	       CASE WHEN p.n > 0 THEN format('policies: %s', p.names)
	            WHEN a.ours THEN format('it has no policy: as the owner, SELECT tenantd.protect(%L)', a.sql_name)
	            ELSE format('it has no policy: CREATE POLICY tenant_scope ON %s USING'
	                 ' (tenant_id::text = (SELECT tenantd.current_tenant()) OR (SELECT tenantd.is_management())),'
	                 ' or record in tenantd.rls_exempt why it needs none', a.sql_name) END
	  FROM aware a,
	       LATERAL (SELECT count(*) AS n, string_agg(polname, ', ' ORDER BY polname) AS names
	                  FROM pg_policy WHERE polrelid = a.oid AND polpermissive) AS p
	 WHERE a.reason IS NULL AND NOT (a.inner_part AND NOT a.enabled)
	UNION ALL
	SELECT a.name, 5, 'owner', 'failed',
	       format('it belongs to "%s", not to the owner of the schema tenantd: ALTER TABLE %s OWNER TO %I',
	           pg_get_userbyid(a.relowner), a.sql_name, pg_get_userbyid(a.owner))
	  FROM aware a WHERE a.ours AND a.relowner <> a.owner
) AS found
 ORDER BY found.name, found.place;
