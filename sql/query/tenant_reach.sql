-- The tenant that somebody names, and what user $2 is in it: $1 its id, its slug, or a slug it had.
-- The role is NULL for who has none, and for whose account is deactivated; the last column is
-- whether they are a superuser.
-- params: 2
-- rows: one
SELECT t.id, t.status,
       CASE WHEN coalesce(u.is_active, true)
            THEN coalesce(m.role, CASE WHEN c.owner_id = $2::text THEN 'owner'
                                       WHEN u.tenant_id = t.id THEN 'member' END) END,
       coalesce(u.is_superuser AND u.is_active, false)
  FROM tenantd.names n
  JOIN public.tenants t ON t.id = n.tenant_id AND t.status <> 'purged'
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
  LEFT JOIN public.tenant_users m ON m.tenant_id = t.id AND m.user_id = $2::text
  LEFT JOIN public.users u ON u.id = $2::text
 WHERE n.name = lower($1::text)
   AND (n.held_until IS NULL OR n.held_until > now());
