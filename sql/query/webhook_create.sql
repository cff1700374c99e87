-- $1 id, $2 tenant or NULL, $3 url, $4 description, $5 kinds, a JSON array, $6 secret, sealed, $7 how
-- many may be at work at once, $8 enabled, $9 who makes it, $10 how many there may be. No row: there are
-- as many.
-- params: 10
-- rows: one
INSERT INTO tenantd.webhooks (id, tenant_id, url, description, kinds, secrets, concurrency, enabled,
                              disabled_reason, disabled_at, created_by)
SELECT $1::text, $2::text, $3::text, $4::text, ARRAY(SELECT jsonb_array_elements_text($5::jsonb)),
       jsonb_build_array(jsonb_build_object('sealed', $6::text, 'createdAt',
         to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'expiresAt', NULL)),
       $7::int, $8::boolean, CASE WHEN NOT $8::boolean THEN 'request' END, CASE WHEN NOT $8::boolean THEN now() END,
       $9::text
 WHERE (SELECT count(*) FROM tenantd.webhooks w
         WHERE w.tenant_id = $2::text OR ($2::text IS NULL AND w.tenant_id IS NULL)) < $10::int
RETURNING id;
