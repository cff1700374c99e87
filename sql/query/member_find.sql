-- The tenant that the token of user $1 names, $2 its id or number, as one of its members works in
-- it: as onboarding_find, with what administrators say of it. None for who is no member, nor for
-- whose account is deactivated. The last column is what grants, as in tenant_reach. With $3 user $1 is a machine of it:
-- an OAuth client, or "key:" and the id of an API key.
-- params: 3
-- rows: one
WITH member AS (
  SELECT m.tenant_id, m.role, 1 AS place
    FROM public.tenant_users m
   WHERE m.user_id = $1::text AND NOT $3::boolean
   UNION ALL
  SELECT u.tenant_id, 'member', 2
    FROM public.users u
   WHERE u.id = $1::text AND NOT $3::boolean
   UNION ALL
  SELECT o.id, 'owner', 3
    FROM public.custom_auth_tenant r
    JOIN public.tenants o ON o.tenant = r.id
   WHERE r.owner_id = $1::text AND NOT $3::boolean
   UNION ALL
  SELECT k.tenant_id, 'client', 4
    FROM tenantd.oauth_clients k
   WHERE k.id = $1::text AND k.revoked_at IS NULL AND $3::boolean
   UNION ALL
  SELECT a.tenant_id, 'client', 5
    FROM tenantd.api_keys a
   WHERE $3::boolean AND left($1::text, 4) = 'key:' AND a.id = substr($1::text, 5) AND a.tenant_id IS NOT NULL
     AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > now())
)
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, t.status, t.plan,
       t.billing_cycle, coalesce(c.schema_name, ''), t.onboarding_status, t.isolation,
       coalesce(c.rls_enabled, false), t.features::text, t.version,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       m.role, t.system_prompt, t.pinecone_environment,
       EXISTS (SELECT FROM tenantd.tenant_secrets s
                WHERE s.tenant_id = t.id AND s.name = 'pinecone_api_key'),
       u.email,
       (SELECT string_agg(coalesce(array_to_string(r.scopes, ' '), '@' || g.role), E'\n')
          FROM (SELECT lower(m.role)
                 UNION ALL
                SELECT s.role FROM tenantd.group_members k JOIN tenantd.groups s ON s.id = k.group_id
                 WHERE k.tenant_id = t.id AND k.user_id = $1::text AND s.role IS NOT NULL) AS g (role)
          LEFT JOIN tenantd.roles r ON r.tenant_id = t.id AND r.id = g.role)
  FROM member m
  JOIN public.tenants t ON t.id = m.tenant_id
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
  LEFT JOIN public.users u ON u.id = $1::text
 WHERE (t.id = $2::text OR t.tenant::text = $2::text)
   AND t.status <> 'purged'
   AND coalesce(u.is_active, true)
 ORDER BY m.place
 LIMIT 1;
