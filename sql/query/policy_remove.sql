-- Tenant $1's own security policy, version $2: no row if it is another by now.
-- params: 2
-- rows: one
DELETE FROM tenantd.security_policies
 WHERE tenant_id = $1::text AND version = $2::bigint
RETURNING version;
