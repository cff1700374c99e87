-- $1 user, $2 name or NULL, $3 superuser, $4 tenant or NULL, $5 active.
-- params: 5
-- rows: none
UPDATE public.users
   SET name = $2::text, is_superuser = $3::boolean, tenant_id = $4::text, is_active = $5::boolean
 WHERE id = $1::text;
