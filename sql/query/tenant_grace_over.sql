-- Whether tenant $1 was deactivated $2 days ago, or before; or is being deleted for good, before its time.
-- params: 2
-- rows: one
SELECT t.deactivated_at + make_interval(days => $2::int) <= now()
       OR EXISTS (SELECT FROM tenantd.operations o
                   WHERE o.tenant_id = t.id AND o.kind = 'tenant.purge' AND o.ended_at IS NULL)
  FROM public.tenants t WHERE t.id = $1::text;
