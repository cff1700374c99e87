-- Tenant $1's features, and its own security policy, or NULL: as it is stored, version, when and by whom it was changed.
-- params: 1
-- rows: one
SELECT t.features::text, p.policy::text, p.version,
       to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), p.updated_by
  FROM public.tenants t
  LEFT JOIN tenantd.security_policies p ON p.tenant_id = t.id
 WHERE t.id = $1::text;
