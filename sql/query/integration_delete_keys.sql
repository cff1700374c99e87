-- The API keys of tenant $1, which never came to be of use.
-- params: 1
-- rows: none
DELETE FROM tenantd.api_keys WHERE tenant_id = $1::text;
