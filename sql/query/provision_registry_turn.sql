-- $1 the registry's id, $2 whether it is active.
-- params: 2
-- rows: none
UPDATE public.custom_auth_tenant SET is_active = $2::boolean, updated_at = now() WHERE id = $1::uuid;
