-- Invitation $1 of tenant $2, in the columns of invitation_list.
-- params: 2
-- rows: one
SELECT i.id, i.tenant_id, i.email, i.role,
       CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at < i.expires_at THEN 'revoked'
            WHEN i.expires_at <= now() THEN 'expired' ELSE 'pending' END,
       i.invited_by, i.accepted_by, to_char(i.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(i.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(i.accepted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(i.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.invitations i
 WHERE i.id = $1::text AND i.tenant_id = $2::text;
