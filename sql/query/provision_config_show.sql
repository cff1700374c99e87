-- The newest version of the configuration of tenant $2 of partner $1, and the tenant's status; version 0: it has
-- none.
-- params: 2
-- rows: one
SELECT coalesce(c.version, 0), coalesce(c.config::text, '{}'), t.status
  FROM public.tenants t
  LEFT JOIN LATERAL (
     SELECT v.version, v.config
       FROM tenantd.tenant_configs v
      WHERE v.tenant_id = t.id
      ORDER BY v.version DESC
      LIMIT 1) AS c ON true
 WHERE t.partner_id = $1::text AND t.id = $2::text;
