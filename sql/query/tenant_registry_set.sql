-- $1 the registry's id, $2 name, $3 whether it is active, or NULL: as it was.
-- params: 3
-- rows: none
UPDATE public.custom_auth_tenant
   SET name = $2::text, is_active = coalesce($3::boolean, is_active), updated_at = now()
 WHERE id = $1::uuid;
