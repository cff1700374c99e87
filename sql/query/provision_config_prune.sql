-- Removes the versions of the configuration of tenant $1 up to $2.
-- params: 2
-- rows: none
DELETE FROM tenantd.tenant_configs WHERE tenant_id = $1::text AND version <= $2::bigint;
