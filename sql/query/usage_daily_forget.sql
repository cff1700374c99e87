-- Forgets what tenant $1 has used day by day.
-- params: 1
-- rows: none
DELETE FROM tenantd.usage_daily WHERE tenant_id = $1::text;
