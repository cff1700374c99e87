-- Ends the sessions of a user: $1 user, $2 why, $3 the one that goes on, or NULL.
-- params: 3
-- rows: none
UPDATE tenantd.sessions
   SET ended_at = now(), ended_reason = $2::text
 WHERE user_id = $1::text
   AND ended_at IS NULL
   AND id IS DISTINCT FROM $3::text;
