-- Tells of a tenant that was made in this transaction: $1 the registry's id.
-- params: 1
-- rows: none
INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
SELECT t.id, 'tenant.created', 2, current_setting('app.actor'), current_setting('app.request_id', true),
       tenantd.tenant_state(t)
  FROM public.tenants t
 WHERE t.tenant = $1::uuid;
