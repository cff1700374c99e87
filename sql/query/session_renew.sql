-- A session goes on, unless it has expired on today's terms: $1 session, $2 tenant or NULL, $3
-- seconds until it expires, $4 whether each use puts that off, $5 seconds after which it expires
-- all the same, $6 the user named the tenant. Answers the seconds that it has left.
-- params: 6
-- rows: one
UPDATE tenantd.sessions
   SET tenant_id = $2::text,
       chosen = $6::boolean,
       last_used_at = now(),
       expires_at = least(CASE WHEN $4::boolean THEN now() ELSE created_at END + make_interval(secs => $3::int),
                          created_at + make_interval(secs => $5::int))
 WHERE id = $1::text
   AND ended_at IS NULL
   AND least(expires_at,
             CASE WHEN $4::boolean THEN last_used_at ELSE created_at END + make_interval(secs => $3::int),
             created_at + make_interval(secs => $5::int)) > now()
RETURNING ceil(extract(epoch FROM expires_at - now()))::bigint;
