-- What tenant $1 has of integrations: what each is, and its id.
-- params: 1
-- rows: many
SELECT 'key', id FROM tenantd.api_keys WHERE tenant_id = $1::text
 UNION ALL
SELECT 'client', id FROM tenantd.oauth_clients WHERE tenant_id = $1::text
 UNION ALL
SELECT 'webhook', id FROM tenantd.webhooks WHERE tenant_id = $1::text;
