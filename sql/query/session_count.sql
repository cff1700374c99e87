-- How many sessions of a user go on: $1 user.
-- params: 1
-- rows: one
SELECT count(*)
  FROM tenantd.sessions
 WHERE user_id = $1::text
   AND ended_at IS NULL
   AND expires_at > now();
