-- $1 id, $2 tenant or NULL, $3 partner or NULL, $4 url, $5 description, $6 kinds, a JSON array, $7 secret,
-- sealed, $8 how many may be at work at once, $9 enabled, $10 who makes it, $11 how many there may be. No
-- row: there are as many.
-- params: 11
-- rows: one
INSERT INTO tenantd.webhooks (id, tenant_id, partner_id, url, description, kinds, secrets, concurrency, enabled,
                              disabled_reason, disabled_at, created_by)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, ARRAY(SELECT jsonb_array_elements_text($6::jsonb)),
       jsonb_build_array(jsonb_build_object('sealed', $7::text, 'createdAt',
         to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'expiresAt', NULL)),
       $8::int, $9::boolean, CASE WHEN NOT $9::boolean THEN 'request' END, CASE WHEN NOT $9::boolean THEN now() END,
       $10::text
 WHERE (SELECT count(*) FROM tenantd.webhooks w
         WHERE w.tenant_id = $2::text OR w.partner_id = $3::text
            OR ($2::text IS NULL AND $3::text IS NULL AND w.tenant_id IS NULL AND w.partner_id IS NULL)) < $11::int
RETURNING id;
