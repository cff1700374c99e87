-- Tenant $1's resource of kind $2 that is made, held until the transaction ends, and the tenant's status.
-- params: 2
-- rows: one
SELECT r.id, r.name, r.details::text, t.status
  FROM tenantd.resources r
  JOIN public.tenants t ON t.id = r.tenant_id
 WHERE r.tenant_id = $1::text AND r.kind = $2::text AND r.state = 'made'
 ORDER BY r.created_at
 LIMIT 1
   FOR UPDATE OF r;
