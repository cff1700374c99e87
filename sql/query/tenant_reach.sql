-- The tenant that somebody names, and what user $2 is in it: $1 its id, its slug, or a slug it had.
-- The role is NULL for who has none, and for whose account is deactivated; then whether they are a
-- superuser, and what grants them something in it, a line for their role and for that of each group they are
-- in: the tenant's own scopes for it, else "@" and the role.
-- params: 2
-- rows: one
SELECT f.id, f.status, f.role, f.superuser,
       (SELECT string_agg(coalesce(array_to_string(r.scopes, ' '), '@' || g.role), E'\n')
          FROM (SELECT lower(f.role)
                 UNION ALL
                SELECT s.role FROM tenantd.group_members k JOIN tenantd.groups s ON s.id = k.group_id
                 WHERE k.tenant_id = f.id AND k.user_id = $2::text AND s.role IS NOT NULL) AS g (role)
          LEFT JOIN tenantd.roles r ON r.tenant_id = f.id AND r.id = g.role)
  FROM (SELECT t.id, t.status,
               CASE WHEN coalesce(u.is_active, true)
                    THEN coalesce(m.role, CASE WHEN c.owner_id = $2::text THEN 'owner'
                                               WHEN u.tenant_id = t.id THEN 'member' END) END AS role,
               coalesce(u.is_superuser AND u.is_active, false) AS superuser
          FROM tenantd.names n
          JOIN public.tenants t ON t.id = n.tenant_id AND t.status <> 'purged'
          LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
          LEFT JOIN public.tenant_users m ON m.tenant_id = t.id AND m.user_id = $2::text
          LEFT JOIN public.users u ON u.id = $2::text
         WHERE n.name = lower($1::text)
           AND (n.held_until IS NULL OR n.held_until > now())) AS f;
