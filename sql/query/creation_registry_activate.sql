-- params: 1
-- rows: none
UPDATE public.custom_auth_tenant SET is_active = true, updated_at = now() WHERE id = $1::uuid;
