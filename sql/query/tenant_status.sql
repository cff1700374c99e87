-- Tenant $1's status.
-- params: 1
-- rows: one
SELECT status FROM public.tenants WHERE id = $1::text;
