-- Makes room for another session of a user who is held: $1 user, $2 how many may go on. The oldest end.
-- params: 2
-- rows: none
UPDATE tenantd.sessions
   SET ended_at = now(), ended_reason = 'limit'
 WHERE id IN (SELECT id FROM tenantd.sessions
               WHERE user_id = $1::text
                 AND ended_at IS NULL
                 AND expires_at > now()
               ORDER BY created_at DESC, id
              OFFSET $2::int);
