-- Ends a session that goes on: $1 session, $2 whose, $3 why.
-- params: 3
-- rows: one
UPDATE tenantd.sessions
   SET ended_at = now(), ended_reason = $3::text
 WHERE id = $1::text
   AND user_id = $2::text
   AND ended_at IS NULL
   AND expires_at > now()
RETURNING id;
