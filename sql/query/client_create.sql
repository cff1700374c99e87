-- $1 id, $2 tenant, $3 name, $4 scopes, a JSON array, $5 the digest of its secret, $6 who makes it.
-- params: 6
-- rows: none
INSERT INTO tenantd.oauth_clients (id, tenant_id, name, scopes, digest, created_by)
VALUES ($1::text, $2::text, $3::text, ARRAY(SELECT jsonb_array_elements_text($4::jsonb)), $5::text, $6::text);
