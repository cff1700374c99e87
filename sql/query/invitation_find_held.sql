-- The same as invitation_find, held until the transaction ends.
-- params: 1
-- rows: one
SELECT i.id, i.tenant_id, i.email, i.role,
       CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at < i.expires_at THEN 'revoked'
            WHEN i.expires_at <= now() THEN 'expired' ELSE 'pending' END,
       i.invited_by, i.accepted_by, to_char(i.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(i.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(i.accepted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(i.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       coalesce(c.name, t.slug), t.slug, t.status
  FROM tenantd.invitations i
  JOIN public.tenants t ON t.id = i.tenant_id AND t.status <> 'purged'
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE i.digest = $1::text
   FOR UPDATE OF i;
