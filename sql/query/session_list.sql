-- The sessions of a user that go on, the newest first: $1 user, $2 the one to go on after, or NULL,
-- $3 how many.
-- params: 3
-- rows: many
SELECT s.id, s.tenant_id, s.scope, s.address, s.agent, s.mfa,
       to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(s.last_used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(s.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.sessions s
 WHERE s.user_id = $1::text
   AND s.ended_at IS NULL
   AND s.expires_at > now()
   AND ($2::text IS NULL
        OR (s.created_at, s.id) < (SELECT b.created_at, b.id FROM tenantd.sessions b WHERE b.id = $2::text))
 ORDER BY s.created_at DESC, s.id DESC
 LIMIT $3::int;
