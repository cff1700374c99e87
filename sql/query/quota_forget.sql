-- Forgets tenant $1's own limits.
-- params: 1
-- rows: none
DELETE FROM tenantd.quotas WHERE tenant_id = $1::text;
