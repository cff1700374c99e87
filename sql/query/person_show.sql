-- Who in tenant $1 has the id or address $2: who they are, what they are in it, since when, when a session of theirs there
-- was last used, whether they may sign in; whether by a row in tenant_users, by assignment, as the owner by the
-- registry; their groups, as JSON; and what grants, as in tenant_reach.
-- params: 2
-- rows: one
WITH member AS (
  SELECT m.user_id::text AS id, m.role, m.created_at, true AS has_row
    FROM public.tenant_users m
   WHERE m.tenant_id = $1::text
   UNION ALL
  SELECT u.id, 'member', u.created_at, false
    FROM public.users u
   WHERE u.tenant_id = $1::text
     AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = $1::text AND m.user_id = u.id)
     AND NOT EXISTS (SELECT FROM public.tenants t JOIN public.custom_auth_tenant c ON c.id = t.tenant
                      WHERE t.id = $1::text AND c.owner_id = u.id)
   UNION ALL
  SELECT c.owner_id, 'owner', c.created_at, false
    FROM public.tenants t
    JOIN public.custom_auth_tenant c ON c.id = t.tenant
   WHERE t.id = $1::text
     AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = $1::text AND m.user_id = c.owner_id)
)
SELECT p.id, u.email, u.name, p.role,
       to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       (SELECT to_char(max(s.last_used_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
          FROM tenantd.sessions s WHERE s.user_id = p.id AND s.tenant_id = $1::text),
       coalesce(u.is_active, true), p.has_row, coalesce(u.tenant_id = $1::text, false),
       EXISTS (SELECT FROM public.tenants t JOIN public.custom_auth_tenant c ON c.id = t.tenant
                WHERE t.id = $1::text AND c.owner_id = p.id),
       (SELECT coalesce(json_agg(json_build_object('id', g.id, 'name', g.name, 'role', g.role) ORDER BY g.folded), '[]')::text
          FROM tenantd.group_members k JOIN tenantd.groups g ON g.id = k.group_id
         WHERE k.tenant_id = $1::text AND k.user_id = p.id),
       (SELECT string_agg(coalesce(array_to_string(r.scopes, ' '), '@' || g.role), E'\n')
          FROM (SELECT lower(p.role)
                 UNION ALL
                SELECT s.role FROM tenantd.group_members k JOIN tenantd.groups s ON s.id = k.group_id
                 WHERE k.tenant_id = $1::text AND k.user_id = p.id AND s.role IS NOT NULL) AS g (role)
          LEFT JOIN tenantd.roles r ON r.tenant_id = $1::text AND r.id = g.role),
       NULL::text
  FROM member p
  LEFT JOIN public.users u ON u.id = p.id
 WHERE p.id = $2::text OR lower(u.email) = lower($2::text)
 ORDER BY p.id = $2::text DESC
 LIMIT 1;
