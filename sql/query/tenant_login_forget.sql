-- Tenant $1 has no login role any more, if $2 is what it was marked with.
-- params: 2
-- rows: none
DELETE FROM tenantd.tenant_logins WHERE tenant_id = $1::text AND resource_id = $2::text;
