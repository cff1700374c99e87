-- params: 1
-- rows: one
SELECT t.id, coalesce(c.name, t.slug), t.slug, t.status, t.status_reason, t.onboarding_status, t.isolation, t.plan,
       t.billing_cycle, t.features::text, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), t.version
  FROM public.tenants t LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE t.id = $1::text;
