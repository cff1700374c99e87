-- Forgets what tenant $1 has used.
-- params: 1
-- rows: none
DELETE FROM tenantd.usage WHERE tenant_id = $1::text;
