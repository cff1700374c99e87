-- Tenant $1 has no security policy of its own.
-- params: 1
-- rows: none
DELETE FROM tenantd.security_policies WHERE tenant_id = $1::text;
