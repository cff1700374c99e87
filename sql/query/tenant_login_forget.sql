-- Tenant $1 has no login role any more, if $2 is what it was marked with.
-- params: 2
-- rows: none
UPDATE tenantd.tenant_logins SET role = NULL, resource_id = NULL, version = version + 1, updated_at = now()
 WHERE tenant_id = $1::text AND resource_id = $2::text;
