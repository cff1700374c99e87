-- $1 the registry's id, $2 the new name.
-- params: 2
-- rows: none
UPDATE public.custom_auth_tenant
   SET name = $2::text, updated_at = now()
 WHERE id = $1::uuid;
