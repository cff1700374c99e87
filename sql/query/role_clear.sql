-- Tenant $1 has no roles of its own any more.
-- params: 1
-- rows: none
DELETE FROM tenantd.roles WHERE tenant_id = $1::text;
