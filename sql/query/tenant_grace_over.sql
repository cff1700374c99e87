-- Whether tenant $1 was deactivated $2 days ago, or before.
-- params: 2
-- rows: one
SELECT t.deactivated_at + make_interval(days => $2::int) <= now() FROM public.tenants t WHERE t.id = $1::text;
