-- Whether there is an active superuser beside user $1.
-- params: 1
-- rows: one
SELECT EXISTS (SELECT FROM public.users WHERE is_superuser AND is_active AND id <> $1::text);
