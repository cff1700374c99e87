-- The roles that came with tenant $1 are again what the program says they are; its own stay.
-- params: 1
-- rows: none
DELETE FROM tenantd.roles WHERE tenant_id = $1::text AND builtin;
