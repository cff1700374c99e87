-- Whether a suspension is over by now, and whether a tenant is to be deleted for good.
-- params: 0
-- rows: one
SELECT EXISTS (SELECT FROM public.tenants WHERE suspended_until <= now()),
       EXISTS (SELECT FROM public.tenants t
                WHERE t.purge_at <= now()
                  AND NOT EXISTS (SELECT FROM tenantd.operations o
                                   WHERE o.tenant_id = t.id AND o.kind = 'tenant.purge' AND o.ended_at IS NULL));
