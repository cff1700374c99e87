-- Assigns user $1 to tenant $2, unless they are assigned to one.
-- params: 2
-- rows: none
UPDATE public.users SET tenant_id = $2::text
 WHERE id = $1::text AND tenant_id IS NULL;
