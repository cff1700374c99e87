-- Tenant $1 in the columns of tenant_states, if its id comes after $2.
-- params: 2
-- rows: one
SELECT t.id, tenantd.tenant_state(t)::text FROM public.tenants t WHERE t.id = $1::text AND t.id > $2::text;
