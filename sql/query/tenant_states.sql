-- Tenants as events tell of them, in the order of ids: $1 the id to go on after, or ''; $2 how many.
-- params: 2
-- rows: many
SELECT t.id, tenantd.tenant_state(t)::text
  FROM public.tenants t
 WHERE t.id > $1::text
 ORDER BY t.id
 LIMIT $2::int;
