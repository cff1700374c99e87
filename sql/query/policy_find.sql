-- What a tenant's security policy says instead of the usual: $1 tenant.
-- params: 1
-- rows: one
SELECT policy::text FROM tenantd.security_policies WHERE tenant_id = $1::text;
