-- What of tenant $1 fares as it does by our own tables alone: webhooks that were turned off, jobs that were given up, an
-- operation that waits for somebody.
-- params: 1
-- rows: one
SELECT (SELECT count(*) FROM tenantd.webhooks w WHERE w.tenant_id = $1::text AND NOT w.enabled AND w.disabled_reason IS DISTINCT FROM 'request'),
       (SELECT count(*) FROM tenantd.jobs j WHERE j.tenant_id = $1::text AND j.state = 'dead'),
       (SELECT count(*) FROM tenantd.operations o WHERE o.tenant_id = $1::text AND o.state = 'held'),
       (SELECT t.status FROM public.tenants t WHERE t.id = $1::text),
       (SELECT t.status_reason FROM public.tenants t WHERE t.id = $1::text);
