-- How tenant $1 reaches its database. Where nothing was said, the pool's figures are NULL.
-- params: 1
-- rows: one
SELECT t.isolation, l.server, coalesce(l.database, r.name), l.schema, l.role,
       l.pool_max, l.pool_min, l.pool_idle_ms, l.pool_acquire_ms, coalesce(l.version, 0),
       to_char(l.rotated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(coalesce(l.updated_at, t.created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       t.status IN ('active', 'provisioning')
  FROM public.tenants t
  LEFT JOIN tenantd.tenant_logins l ON l.tenant_id = t.id
  LEFT JOIN tenantd.resources r ON r.tenant_id = t.id AND r.kind = 'database' AND r.state = 'made'
 WHERE t.id = $1::text;
