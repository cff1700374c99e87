-- The key of tenant $1 as it is sealed.
-- params: 1
-- rows: one
SELECT sealed FROM tenantd.tenant_keys WHERE tenant_id = $1::text;
