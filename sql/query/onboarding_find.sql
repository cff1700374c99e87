-- The tenant of a user who has one: $1 user, $2 the tenant they or their token speak of, or
-- NULL: that one first if they are a member, else an active one, else the oldest. Whom an
-- operator assigned to a tenant (users.tenant_id) is a member after those in tenant_users, and so,
-- if $3, is whom the shared registry calls its owner. Who was deactivated here is nobody's member. The last column is
-- what grants, as in tenant_reach.
-- params: 3
-- rows: one
WITH member AS (
  SELECT m.tenant_id, m.role, m.created_at, true AS has_row
    FROM public.tenant_users m
   WHERE m.user_id = $1::text
   UNION ALL
  SELECT u.tenant_id, 'member', u.created_at, false
    FROM public.users u
   WHERE u.id = $1::text
     AND u.is_active
     AND NOT EXISTS (SELECT FROM public.tenant_users m
                      WHERE m.user_id = u.id AND m.tenant_id = u.tenant_id)
   UNION ALL
  SELECT o.id, 'owner', r.created_at, false
    FROM public.custom_auth_tenant r
    JOIN public.tenants o ON o.tenant = r.id
   WHERE $3::boolean
     AND r.owner_id = $1::text
     AND NOT EXISTS (SELECT FROM public.tenant_users m
                      WHERE m.user_id = $1::text AND m.tenant_id = o.id)
)
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, t.status, t.plan,
       t.billing_cycle, coalesce(c.schema_name, ''), t.onboarding_status, t.isolation,
       coalesce(c.rls_enabled, false), t.features::text, t.version,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       m.role,
       (SELECT string_agg(coalesce(array_to_string(r.scopes, ' '), '@' || g.role), E'\n')
          FROM (SELECT lower(m.role)
                 UNION ALL
                SELECT s.role FROM tenantd.group_members k JOIN tenantd.groups s ON s.id = k.group_id
                 WHERE k.tenant_id = t.id AND k.user_id = $1::text AND s.role IS NOT NULL) AS g (role)
          LEFT JOIN tenantd.roles r ON r.tenant_id = t.id AND r.id = g.role)
  FROM member m
  JOIN public.tenants t ON t.id = m.tenant_id
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE t.status <> 'purged'
   AND NOT EXISTS (SELECT FROM public.users u WHERE u.id = $1::text AND NOT u.is_active)
 ORDER BY (t.id = $2::text OR t.tenant::text = $2::text) IS TRUE DESC,
       t.status = 'active' DESC, m.has_row DESC, m.created_at, t.id
 LIMIT 1;
