-- Every table with a tenant_id (or "tenantId", as some mappers spell it), and every exempt one:
-- enabled, forced, with a policy, owned rightly.
-- A partition is held by its parent's policies unless somebody may reach it directly: by a
-- grant, or because we are its owner.
-- params: 0
-- rows: many
WITH aware AS (
	SELECT c.oid, n.nspname || '.' || c.relname AS name, c.oid::regclass AS sql_name,
	       c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, c.relowner,
	       CASE WHEN k.pinned OR NOT k.ours THEN e.reason END AS reason,
	       e.relation IS NOT NULL AND k.ours AND NOT k.pinned AS unpinned, quote_ident(t.attname) AS tenant_column,
	       c.relispartition AND NOT pg_has_role(current_user, c.relowner, 'MEMBER')
	           AND NOT EXISTS (
	           SELECT FROM aclexplode(c.relacl) g WHERE g.grantee <> c.relowner) AS inner_part,
	       k.ours,
	       (SELECT o.nspowner FROM pg_namespace o WHERE o.nspname = 'tenantd') AS owner
	  FROM pg_class c
	  JOIN pg_namespace n ON n.oid = c.relnamespace
	  LEFT JOIN tenantd.rls_exempt e ON e.relation = n.nspname || '.' || c.relname
	  LEFT JOIN LATERAL (SELECT a.attname FROM pg_attribute a
	                      WHERE a.attrelid = c.oid AND lower(a.attname) IN ('tenant_id', 'tenantid')
	                        AND NOT a.attisdropped ORDER BY a.attname <> 'tenant_id', a.attnum LIMIT 1) AS t ON true
	 -- which of ours are exempt is decided here, not by whoever can write a row
	 CROSS JOIN LATERAL (SELECT n.nspname || '.' || c.relname IN ('public.custom_auth_tenant', 'public.tenants',
	                                'public.users', 'tenantd.names') AS pinned,
	                            n.nspname = 'tenantd' OR n.nspname || '.' || c.relname
	                                IN ('public.tenants', 'public.users', 'public.tenant_users') AS ours) AS k
	 WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
	   AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
	   AND (e.relation IS NOT NULL OR t.attname IS NOT NULL)
)
SELECT found.name, found.topic, found.verdict, found.words FROM (
	SELECT a.name, 1 AS place, 'exempt' AS topic, 'exempt' AS verdict, a.reason AS words
	  FROM aware a WHERE a.reason IS NOT NULL
	UNION ALL
	SELECT a.name, 1, 'exempt', 'failed',
	       format('a row in tenantd.rls_exempt leaves it open, and it is none of the tables that may be: '
	           'DELETE FROM tenantd.rls_exempt WHERE relation = %L', a.name)
	  FROM aware a WHERE a.unpinned
	UNION ALL
	SELECT a.name, 2, 'enabled', CASE WHEN a.enabled OR a.inner_part THEN 'ok' ELSE 'failed' END,
	       CASE WHEN a.enabled THEN 'row-level security is on'
	            WHEN a.inner_part THEN 'a partition that only its owner reaches directly'
	            ELSE format('row-level security is off: ALTER TABLE %s ENABLE ROW LEVEL SECURITY', a.sql_name) END
	  FROM aware a WHERE a.tenant_column IS NOT NULL AND a.reason IS NULL
	UNION ALL
	SELECT a.name, 3, 'forced', CASE WHEN a.forced THEN 'ok' ELSE 'failed' END,
	       CASE WHEN a.forced THEN 'its owner is held as well'
	            ELSE format('its owner is not held by the policies: ALTER TABLE %s FORCE ROW LEVEL SECURITY', a.sql_name) END
	  FROM aware a WHERE a.tenant_column IS NOT NULL AND a.reason IS NULL AND NOT (a.inner_part AND NOT a.enabled)
	UNION ALL
	SELECT a.name, 4, 'policy', CASE WHEN p.n > 0 THEN 'ok' ELSE 'failed' END,
	       CASE WHEN p.n > 0 THEN format('policies: %s', p.names)
	            WHEN a.ours THEN format('it has no policy: as the owner, SELECT tenantd.protect(%L)', a.sql_name)
	            ELSE format('it has no policy: CREATE POLICY tenant_scope ON %s USING'
	                 ' (%s::text = (SELECT tenantd.current_tenant()) OR (SELECT tenantd.is_management())),'
	                 ' or record in tenantd.rls_exempt why it needs none', a.sql_name, a.tenant_column) END
	  FROM aware a,
	       LATERAL (SELECT count(*) AS n, string_agg(polname, ', ' ORDER BY polname) AS names
	                  FROM pg_policy WHERE polrelid = a.oid AND polpermissive) AS p
	 WHERE a.tenant_column IS NOT NULL AND a.reason IS NULL AND NOT (a.inner_part AND NOT a.enabled)
	UNION ALL
	SELECT a.name, 5, 'owner', 'failed',
	       format('it belongs to "%s", not to the owner of the schema tenantd: ALTER TABLE %s OWNER TO %I',
	           pg_get_userbyid(a.relowner), a.sql_name, pg_get_userbyid(a.owner))
	  FROM aware a WHERE a.ours AND a.relowner <> a.owner
) AS found
 ORDER BY found.name, found.place;
