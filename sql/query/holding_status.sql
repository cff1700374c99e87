-- The status of tenant $1. No row: there is none.
-- params: 1
-- rows: one
SELECT status FROM public.tenants WHERE id = $1::text;
