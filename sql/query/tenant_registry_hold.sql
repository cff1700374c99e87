-- Holds the row in the shared registry of the tenant that $1 names, before its own: so does whoever writes there.
-- params: 1
-- rows: one
SELECT c.id
  FROM tenantd.names n
  JOIN public.tenants t ON t.id = n.tenant_id
  JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE n.name = lower($1::text)
   AND (n.held_until IS NULL OR n.held_until > now())
   FOR NO KEY UPDATE OF c;
