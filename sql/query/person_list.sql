-- Who is in tenant $1, in the columns of person_show and the order of ids: $2 the id to go on after, or NULL; $3 a part of
-- id, address or name, in any case of letters; $4 a role; $5 active or inactive; $6 a group that they are in, since when
-- is then the last column; NULL for any; $7 how many.
-- params: 7
-- rows: many
WITH member AS (
  SELECT m.user_id::text AS id, m.role, m.created_at, true AS has_row
    FROM public.tenant_users m
   WHERE m.tenant_id = $1::text AND m.user_id > coalesce($2::text, '')
   UNION ALL
  SELECT u.id, 'member', u.created_at, false
    FROM public.users u
   WHERE u.tenant_id = $1::text AND u.id > coalesce($2::text, '')
     AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = $1::text AND m.user_id = u.id)
     AND NOT EXISTS (SELECT FROM public.tenants t JOIN public.custom_auth_tenant c ON c.id = t.tenant
                      WHERE t.id = $1::text AND c.owner_id = u.id)
   UNION ALL
  SELECT c.owner_id, 'owner', c.created_at, false
    FROM public.tenants t
    JOIN public.custom_auth_tenant c ON c.id = t.tenant
   WHERE t.id = $1::text AND c.owner_id > coalesce($2::text, '')
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
       (SELECT to_char(k.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
          FROM tenantd.group_members k WHERE k.tenant_id = $1::text AND k.group_id = $6::text AND k.user_id = p.id)
  FROM member p
  LEFT JOIN public.users u ON u.id = p.id
 WHERE ($3::text IS NULL OR strpos(lower(p.id), lower($3::text)) > 0 OR strpos(lower(u.email), lower($3::text)) > 0
        OR strpos(lower(u.name), lower($3::text)) > 0)
   AND ($4::text IS NULL OR lower(p.role) = $4::text)
   AND ($5::text IS NULL OR coalesce(u.is_active, true) = ($5::text = 'active'))
   AND ($6::text IS NULL OR EXISTS (SELECT FROM tenantd.group_members k
                                     WHERE k.tenant_id = $1::text AND k.group_id = $6::text AND k.user_id = p.id))
 ORDER BY p.id
 LIMIT $7::int;
