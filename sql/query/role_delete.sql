-- Role $2 of tenant $1 is no more.
-- params: 2
-- rows: none
DELETE FROM tenantd.roles WHERE tenant_id = $1::text AND id = $2::text;
