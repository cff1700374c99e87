-- User $2 is in tenant $1 as $3.
-- params: 3
-- rows: none
INSERT INTO public.tenant_users (tenant_id, user_id, role)
VALUES ($1::text, $2::text, $3::text)
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role;
