-- Makes user $2 a member of tenant $1 with role $3. No row: they are one, and stay what they are.
-- params: 3
-- rows: one
INSERT INTO public.tenant_users (tenant_id, user_id, role)
VALUES ($1::text, $2::text, $3::text)
    ON CONFLICT (tenant_id, user_id) DO NOTHING
RETURNING role;
