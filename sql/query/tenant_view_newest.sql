-- Tenants in the columns of tenant_view_show, and what stands for each in a cursor, in the order of created_at DESC, id DESC. To go
-- on after: $1 and the id $2, or NULL; $3 a part of id, slug or name, or NULL; of status $4, isolation $5 and
-- plan $6, each NULL for any; $7 how many.
-- params: 7
-- rows: many
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, tenantd.tenant_status(t), t.status_reason, t.onboarding_status,
       t.plan, t.billing_cycle, t.isolation, t.features::text, c.owner_id, t.partner_id,
       coalesce(array_to_string(t.suspension_scopes, ' '), CASE WHEN t.status = 'suspended' THEN 'read write delete admin' END),
       to_char(t.suspended_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.purge_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(greatest(t.updated_at, c.updated_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), t.version,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || t.id
  FROM public.tenants t
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE ($1::text IS NULL OR (t.created_at, t.id) < ($1::timestamptz, $2::text))
   AND ($3::text IS NULL OR position(lower($3::text) IN lower(t.id)) > 0 OR position(lower($3::text) IN lower(t.slug)) > 0
        OR position(lower($3::text) IN lower(c.name)) > 0)
   AND ($4::text IS NULL OR tenantd.tenant_status(t) = $4::text)
   AND ($5::text IS NULL OR t.isolation = $5::text)
   AND ($6::text IS NULL OR t.plan = $6::text)
 ORDER BY t.created_at DESC, t.id DESC
 LIMIT $7::int;
