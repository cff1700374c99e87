-- One tenant by a name of its own, which is its id, its slug, or a slug it had: $1.
-- params: 1
-- rows: one
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, t.status, t.plan,
       t.billing_cycle, coalesce(c.schema_name, ''), t.onboarding_status, t.isolation,
       coalesce(c.rls_enabled, false), t.features::text, t.version,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       c.owner_id, t.status_reason, c.id IS NOT NULL, t.partner_id, t.external_id
  FROM tenantd.names n
  JOIN public.tenants t ON t.id = n.tenant_id
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE n.name = lower($1::text)
   AND (n.held_until IS NULL OR n.held_until > now());
