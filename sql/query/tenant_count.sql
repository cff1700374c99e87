-- params: 0
-- rows: many
SELECT status, count(*) FROM public.tenants GROUP BY status ORDER BY status;
