-- Active users, but for superusers, who have no tenant in any way: $1 at most, in the order of
-- their addresses, each with the number of all of them.
-- params: 1
-- rows: many
SELECT u.email, u.id, count(*) OVER ()
  FROM public.users u
 WHERE u.is_active
   AND NOT u.is_superuser
   AND u.tenant_id IS NULL
   AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.user_id = u.id)
   AND NOT EXISTS (SELECT FROM public.custom_auth_tenant c WHERE c.owner_id = u.id)
 ORDER BY lower(u.email)
 LIMIT $1::int;
