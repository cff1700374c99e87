-- At most $1 tenants in use, in no order, that have a database or a schema of their own and whose size, metric
-- $2, was not measured today.
-- params: 2
-- rows: many
SELECT t.id
  FROM public.tenants t
  LEFT JOIN tenantd.usage u ON u.tenant_id = t.id AND u.metric = $2::text AND u.period = ''
 WHERE t.isolation <> 'shared' AND t.status IN ('active', 'suspended')
   AND (u.updated_at IS NULL OR u.updated_at < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
 ORDER BY random()
 LIMIT $1::int;
