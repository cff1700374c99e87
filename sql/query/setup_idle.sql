-- Tenants that users were assigned to and that may not be used: $1 at most, in the order of their
-- ids, with their status, how many active users each has, and the number of all such tenants.
-- params: 1
-- rows: many
SELECT t.id, t.status, count(*), count(*) OVER ()
  FROM public.tenants t
  JOIN public.users u ON u.tenant_id = t.id AND u.is_active
 WHERE t.status NOT IN ('active', 'provisioning')
 GROUP BY t.id, t.status
 ORDER BY t.id
 LIMIT $1::int;
