-- $1 tenant, $2 name.
-- params: 2
-- rows: none
DELETE FROM tenantd.tenant_secrets WHERE tenant_id = $1::text AND name = $2::text;
