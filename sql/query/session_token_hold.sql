-- The session of a refresh token, both held until the transaction ends: $1 digest.
-- params: 1
-- rows: one
SELECT s.tenant_id, s.scope, s.mfa, s.ended_at IS NOT NULL, r.used_at IS NOT NULL, s.chosen
  FROM tenantd.refresh_tokens r
  JOIN tenantd.sessions s ON s.id = r.session_id
 WHERE r.digest = $1::text
   FOR UPDATE OF s, r;
