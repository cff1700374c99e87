-- Whose refresh token it is: $1 digest.
-- params: 1
-- rows: one
SELECT s.user_id, s.id
  FROM tenantd.refresh_tokens r
  JOIN tenantd.sessions s ON s.id = r.session_id
 WHERE r.digest = $1::text;
