-- Whether anybody who may sign in has the scope "admin" in tenant $1: by a membership or a group, by being assigned to
-- it, or as its owner by the registry. A role without a row here is as it comes with every tenant.
-- params: 1
-- rows: one
WITH member AS (
  SELECT m.user_id::text AS user_id, lower(m.role) AS role
    FROM public.tenant_users m
   WHERE m.tenant_id = $1::text
   UNION ALL
  SELECT u.id, 'member'
    FROM public.users u
   WHERE u.tenant_id = $1::text
     AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = $1::text AND m.user_id = u.id)
   UNION ALL
  SELECT c.owner_id, 'owner'
    FROM public.tenants t
    JOIN public.custom_auth_tenant c ON c.id = t.tenant
   WHERE t.id = $1::text
     AND c.owner_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = $1::text AND m.user_id = c.owner_id)
)
SELECT EXISTS (
  SELECT FROM member m
    LEFT JOIN public.users u ON u.id = m.user_id
   WHERE coalesce(u.is_active, true)
     AND (m.role IN ('owner', 'admin')
          OR EXISTS (SELECT FROM tenantd.roles r
                      WHERE r.tenant_id = $1::text AND r.id = m.role AND 'admin' = ANY (r.scopes))
          OR EXISTS (SELECT FROM tenantd.group_members k
                       JOIN tenantd.groups g ON g.id = k.group_id
                       LEFT JOIN tenantd.roles r ON r.tenant_id = $1::text AND r.id = g.role
                      WHERE k.tenant_id = $1::text AND k.user_id = m.user_id
                        AND (g.role = 'admin' OR 'admin' = ANY (r.scopes)))));
