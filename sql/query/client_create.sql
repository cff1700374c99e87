-- $1 id, $2 tenant, $3 name, $4 scopes, a JSON array, $5 the digest of its secret, $6 who makes it, $7 how
-- many there may be in force. No row: there are as many.
-- params: 7
-- rows: one
INSERT INTO tenantd.oauth_clients (id, tenant_id, name, scopes, digest, created_by)
SELECT $1::text, $2::text, $3::text, ARRAY(SELECT jsonb_array_elements_text($4::jsonb)), $5::text, $6::text
 WHERE (SELECT count(*) FROM tenantd.oauth_clients o
         WHERE o.tenant_id = $2::text AND o.revoked_at IS NULL) < $7::int
RETURNING id;
