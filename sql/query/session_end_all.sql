-- Ends the sessions of a user, in the order of their ids: $1 user, $2 why, $3 the one that goes on,
-- or NULL.
-- params: 3
-- rows: none
WITH held AS MATERIALIZED (
  SELECT id
    FROM tenantd.sessions
   WHERE user_id = $1::text
     AND ended_at IS NULL
     AND id IS DISTINCT FROM $3::text
   ORDER BY id
     FOR UPDATE
)
UPDATE tenantd.sessions s
   SET ended_at = now(), ended_reason = $2::text
  FROM held h
 WHERE s.id = h.id;
