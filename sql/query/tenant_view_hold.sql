-- The same as tenant_view_show, held until the transaction ends.
-- params: 1
-- rows: one
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, tenantd.tenant_status(t), t.status_reason, t.onboarding_status,
       t.plan, t.billing_cycle, t.isolation, t.features::text, c.owner_id, t.partner_id,
       coalesce(array_to_string(t.suspension_scopes, ' '), CASE WHEN t.status = 'suspended' THEN 'read write delete admin' END),
       to_char(t.suspended_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.purge_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(greatest(t.updated_at, c.updated_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), t.version
  FROM tenantd.names n
  JOIN public.tenants t ON t.id = n.tenant_id
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE n.name = lower($1::text)
   AND (n.held_until IS NULL OR n.held_until > now())
   FOR NO KEY UPDATE OF t;
