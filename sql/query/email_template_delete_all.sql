-- The tenant $1 has no texts of its own.
-- params: 1
-- rows: none
DELETE FROM tenantd.email_templates WHERE tenant_id = $1::text;
