-- The slug that tenant $1, which will not be, has had.
-- params: 1
-- rows: none
UPDATE tenantd.names n SET held_until = now()
 WHERE n.tenant_id = $1::text AND n.kind = 'past_slug'
   AND EXISTS (SELECT FROM public.tenants t WHERE t.id = n.tenant_id AND t.status = 'failed');
