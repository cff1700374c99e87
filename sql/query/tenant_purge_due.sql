-- Tenants that are to be deleted for good by now, and whose deletion has not begun: at most $1, each held until the
-- transaction ends, and passed over where somebody else has it.
-- params: 1
-- rows: many
SELECT t.id, t.slug
  FROM public.tenants t
 WHERE t.purge_at <= now() AND t.status = 'deactivated'
   AND NOT EXISTS (SELECT FROM tenantd.operations o
                    WHERE o.tenant_id = t.id AND o.kind = 'tenant.purge' AND o.ended_at IS NULL)
 ORDER BY t.purge_at
 LIMIT $1::int
   FOR NO KEY UPDATE OF t SKIP LOCKED;
