-- A user to try a token with: the one whose address is $1, or, where that is NULL, the first who is
-- active, no superuser, and has a tenant that may be used.
-- params: 1
-- rows: one
SELECT u.email
  FROM public.users u
 WHERE CASE WHEN $1::text IS NOT NULL THEN lower(u.email) = lower($1::text)
            ELSE u.is_active AND NOT u.is_superuser
                 AND EXISTS (SELECT FROM public.tenants t
                              WHERE t.status IN ('active', 'provisioning')
                                AND (t.id = u.tenant_id
                                     OR t.id IN (SELECT m.tenant_id FROM public.tenant_users m WHERE m.user_id = u.id)))
       END
 ORDER BY u.created_at, u.id
 LIMIT 1;
