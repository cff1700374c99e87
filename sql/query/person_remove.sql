-- User $2 is no member of tenant $1; triggers tell of it and take them out of its groups.
-- params: 2
-- rows: none
DELETE FROM public.tenant_users WHERE tenant_id = $1::text AND user_id = $2::text;
