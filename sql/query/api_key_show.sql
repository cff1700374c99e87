-- API key $1 of partner $2, or of tenant $3; the last column: whether it has expired.
-- params: 3
-- rows: one
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
 WHERE k.id = $1::text AND (k.partner_id = $2::text OR k.tenant_id = $3::text);
