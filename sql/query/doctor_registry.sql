-- The shared registry and our half of it: rows there, rows without a twin here, live twins
-- whose row is gone, what adoption could not do, and whether its trigger always fires.
-- params: 0
-- rows: one
SELECT (SELECT count(*) FROM public.custom_auth_tenant),
       (SELECT count(*) FROM public.custom_auth_tenant c
         WHERE NOT EXISTS (SELECT FROM public.tenants t WHERE t.tenant = c.id)),
       (SELECT count(*) FROM public.tenants t
         WHERE t.status IN ('active', 'suspended')
           AND NOT EXISTS (SELECT FROM public.custom_auth_tenant c WHERE c.id = t.tenant)),
       (SELECT count(*) FROM tenantd.adoption_faults f
         WHERE EXISTS (SELECT FROM public.custom_auth_tenant c WHERE c.id = f.tenant)
           AND NOT EXISTS (SELECT FROM public.tenants t WHERE t.tenant = f.tenant)),
       EXISTS (SELECT FROM pg_trigger
                WHERE tgrelid = 'public.custom_auth_tenant'::regclass
                  AND tgname = 'tenantd_adopt' AND tgenabled = 'A');
