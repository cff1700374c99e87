-- $1 user.
-- params: 1
-- rows: one
SELECT is_superuser AND is_active FROM public.users WHERE id = $1::text;
