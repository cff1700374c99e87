-- User $2 is assigned to tenant $1 no more.
-- params: 2
-- rows: none
UPDATE public.users SET tenant_id = NULL WHERE id = $2::text AND tenant_id = $1::text;
