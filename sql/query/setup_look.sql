-- What setup counts: active superusers and the first of them, tenants that may be used and the
-- first of them, and how many people have a tenant: users whom it names, and members.
-- params: 0
-- rows: one
SELECT (SELECT count(*) FROM public.users u WHERE u.is_superuser AND u.is_active),
       (SELECT u.email FROM public.users u WHERE u.is_superuser AND u.is_active ORDER BY u.created_at, u.id LIMIT 1),
       (SELECT count(*) FROM public.tenants t WHERE t.status IN ('active', 'provisioning')),
       (SELECT t.id FROM public.tenants t WHERE t.status IN ('active', 'provisioning') ORDER BY t.created_at, t.id LIMIT 1),
       (SELECT count(*) FROM public.users u WHERE u.tenant_id IS NOT NULL AND u.is_active)
         + (SELECT count(*) FROM public.tenant_users m
             WHERE NOT EXISTS (SELECT FROM public.users u WHERE u.id = m.user_id AND u.tenant_id IS NOT NULL));
