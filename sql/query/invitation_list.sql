-- Invitations of tenant $1 in the order of ids: $2 the id to go on after, or NULL; $3 a status, or NULL for
-- any; $4 how many. One whose time ran out stays expired, whatever was done with it later.
-- params: 4
-- rows: many
SELECT f.*
  FROM (SELECT i.id, i.tenant_id, i.email, i.role,
             CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at < i.expires_at THEN 'revoked'
                  WHEN i.expires_at <= now() THEN 'expired' ELSE 'pending' END,
             i.invited_by, i.accepted_by, to_char(i.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             to_char(i.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             to_char(i.accepted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             to_char(i.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
          FROM tenantd.invitations i
         WHERE i.tenant_id = $1::text
           AND i.id > coalesce($2::text, '')) AS f (id, tenant_id, email, role, status)
 WHERE $3::text IS NULL OR f.status = $3::text
 ORDER BY f.id
 LIMIT $4::int;
