-- Makes room beside a session of a user who is held: $1 user, $2 how many others may go on, $3 the
-- session that does, or NULL: it is about to begin. The oldest end, in the order of their ids.
-- params: 3
-- rows: none
WITH surplus AS MATERIALIZED (
  SELECT id
    FROM tenantd.sessions
   WHERE user_id = $1::text
     AND ended_at IS NULL
     AND expires_at > now()
     AND id IS DISTINCT FROM $3::text
   ORDER BY created_at DESC, id
  OFFSET $2::int
), held AS MATERIALIZED (
  SELECT id
    FROM tenantd.sessions
   WHERE id IN (SELECT id FROM surplus)
     AND ended_at IS NULL
   ORDER BY id
     FOR UPDATE
)
UPDATE tenantd.sessions s
   SET ended_at = now(), ended_reason = 'limit'
  FROM held h
 WHERE s.id = h.id;
