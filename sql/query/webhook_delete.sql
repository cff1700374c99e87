-- params: 1
-- rows: none
DELETE FROM tenantd.webhooks WHERE id = $1::text;
