-- API keys of partner $1, or of tenant $2, in the columns of api_key_show and the order of ids: $3 the id to go on
-- after, or NULL; $4 how many.
-- params: 4
-- rows: many
SELECT k.id, k.partner_id, k.tenant_id, k.name, k.prefix, array_to_json(k.scopes)::text, k.created_by,
       to_char(k.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(k.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(k.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(k.last_used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(k.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN k.previous_until > now() AND k.revoked_at IS NULL
            THEN to_char(k.previous_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       k.version, k.expires_at <= now()
  FROM tenantd.api_keys k
 WHERE (k.partner_id = $1::text OR k.tenant_id = $2::text)
   AND k.id > coalesce($3::text, '')
 ORDER BY k.id
 LIMIT $4::int;
