-- Tenants as events tell of them, in the order of ids: $1 the id to go on after, or ''; $2 the one
-- that it is about, or NULL for all; $3 how many.
-- params: 3
-- rows: many
SELECT t.id, tenantd.tenant_state(t)::text
  FROM public.tenants t
 WHERE t.id > $1::text
   AND ($2::text IS NULL OR t.id = $2::text)
 ORDER BY t.id
 LIMIT $3::int;
