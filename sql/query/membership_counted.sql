-- Whether user $2 is among those who are counted as members of tenant $1.
-- params: 2
-- rows: one
SELECT EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = $1::text AND m.user_id = $2::text)
    OR EXISTS (SELECT FROM public.users u WHERE u.id = $2::text AND u.tenant_id = $1::text);
