-- Versions of the configuration of tenant $2 of partner $1 before $3, the newest first: $4 how many. At least one
-- row if there is such a tenant, of NULLs if there is no such version.
-- params: 4
-- rows: many
SELECT c.version, c.created_by, to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM public.tenants t
  LEFT JOIN LATERAL (
     SELECT v.version, v.created_by, v.created_at
       FROM tenantd.tenant_configs v
      WHERE v.tenant_id = t.id AND v.version < $3::bigint
      ORDER BY v.version DESC
      LIMIT $4::int) AS c ON true
 WHERE t.partner_id = $1::text AND t.id = $2::text
 ORDER BY c.version DESC;
