-- Likewise its OAuth clients.
-- params: 1
-- rows: none
DELETE FROM tenantd.oauth_clients WHERE tenant_id = $1::text;
