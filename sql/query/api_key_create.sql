-- $1 id, $2 partner, $3 tenant, one of them NULL, $4 name, $5 what may be shown of its secret, $6 the digest of that,
-- $7 scopes, a JSON array, $8 until when it is good, or NULL, $9 who makes it, $10 how many there may be in force. No
-- row: there are as many.
-- params: 10
-- rows: one
INSERT INTO tenantd.api_keys (id, partner_id, tenant_id, name, prefix, digest, scopes, expires_at, created_by)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text,
       ARRAY(SELECT jsonb_array_elements_text($7::jsonb)), $8::timestamptz, $9::text
 WHERE (SELECT count(*) FROM tenantd.api_keys k
         WHERE (k.partner_id = $2::text OR k.tenant_id = $3::text)
           AND k.revoked_at IS NULL
           AND (k.expires_at IS NULL OR k.expires_at > now())) < $10::int
RETURNING id;
