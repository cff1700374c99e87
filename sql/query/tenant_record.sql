-- A tenant's row as the older route tells it, held until the transaction ends: whoever writes
-- the registry beside us cannot give the tenant away in between. $1 the registry's id. What is suspended for writing is
-- suspended here, where a tenant is written.
-- params: 1
-- rows: one
SELECT t.id, c.name, c.schema_name, c.owner_id, coalesce(c.rls_enabled, false),
       CASE WHEN t.status = 'active' AND 'write' = ANY (t.suspension_scopes) THEN 'suspended' ELSE t.status END
  FROM public.custom_auth_tenant c
  JOIN public.tenants t ON t.tenant = c.id
 WHERE c.id = $1::uuid
   FOR NO KEY UPDATE OF c;
