-- $1 tenant, $2 user, $3 role.
-- params: 3
-- rows: none
INSERT INTO public.tenant_users (tenant_id, user_id, role)
VALUES ($1::text, $2::text, $3::text)
    ON CONFLICT (tenant_id, user_id) DO NOTHING;
