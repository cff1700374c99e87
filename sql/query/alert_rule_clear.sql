-- Removes all alert rules of tenant $1.
-- params: 1
-- rows: none
DELETE FROM tenantd.alert_rules WHERE tenant_id = $1::text;
