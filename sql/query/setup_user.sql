-- A user to try a token with: the one whose address is $1, or, where that is NULL, the first who is
-- active, no superuser, and assigned to a tenant that may be used.
-- params: 1
-- rows: one
SELECT u.email
  FROM public.users u
  JOIN public.tenants t ON t.id = u.tenant_id
 WHERE CASE WHEN $1::text IS NULL
            THEN u.is_active AND NOT u.is_superuser AND t.status IN ('active', 'provisioning')
            ELSE lower(u.email) = lower($1::text) END
 ORDER BY u.created_at, u.id
 LIMIT 1;
