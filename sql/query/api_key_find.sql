-- Whose API key has a secret with digest $1, and is in force: the partner in the columns of partner_find, the key, its
-- scopes, with blanks between, and whether its use in this minute was not noted yet.
-- params: 1
-- rows: one
SELECT p.id, p.name, p.status, p.status_reason, p.contact_email, p.tenant_quota, coalesce(p.rate_read, 0),
       coalesce(p.rate_write, 0), p.version, to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       k.id, array_to_string(k.scopes, ' '), coalesce(k.last_used_at < date_trunc('minute', now()), true)
  FROM tenantd.api_keys k
  JOIN tenantd.partners p ON p.id = k.partner_id
 WHERE (k.digest = $1::text OR (k.previous = $1::text AND k.previous_until > now()))
   AND k.revoked_at IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > now());
