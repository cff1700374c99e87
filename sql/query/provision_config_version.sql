-- Version $3 of the configuration of tenant $2 of partner $1: NULLs if there is no such version, no row if there
-- is no such tenant.
-- params: 3
-- rows: one
SELECT c.version, c.created_by, to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), c.config::text
  FROM public.tenants t
  LEFT JOIN tenantd.tenant_configs c ON c.tenant_id = t.id AND c.version = $3::bigint
 WHERE t.partner_id = $1::text AND t.id = $2::text;
